/** What is said below a URL that was made: it is a secret, and from where it is reached. */
import { textOf } from '../../functions/core/fields.ts';

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export const shownOnce = (url: unknown, more = ''): readonly string[] => {
  const text = textOf(url);
  const here = URL.canParse(text) && LOOPBACK.test(new URL(text).hostname);
  return [
    `\nThe URL is a secret and is shown this once${more}.`,
    ...(here
      ? ['It is reached from this machine alone. From elsewhere:  npm start -- --host 0.0.0.0 --public-url https://…  and the same path under that address.']
      : []),
  ];
};
