/** What an implementation is known to do otherwise: the title of a test of the suite, and why it is skipped there. */
import { afterAll, expect, it } from 'vitest';

export type Deviations = Readonly<Record<string, string>>;

/** The `test` of a suite. A title that the suite does not have fails: it was renamed, and would no longer be skipped. */
export const testsBut = (deviations: Deviations): ((title: string, act: () => Promise<void>) => void) => {
  const titles = new Set<string>();
  afterAll(() => expect(Object.keys(deviations).filter((title) => !titles.has(title))).toEqual([]));
  return (title, act) => {
    titles.add(title);
    const why = deviations[title];
    it(title, (context) => (why === undefined ? act() : context.skip(why)));
  };
};
