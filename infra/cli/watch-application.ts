/** An application as it goes on: shown whole, and again whenever it is not any more what was shown. */
import type { Fields } from '../../functions/core/fields.ts';
import { streamed } from './output.ts';
import type { Session } from './session.ts';
import { showApplication } from './show-application.ts';
import { watching } from './watching.ts';

/** Ends when it is interrupted. */
export const watchApplication = async (session: Session, read: () => Promise<Fields>): Promise<void> => {
  const goesOn = watching(session.io);
  let shown: string | undefined;
  do {
    const item = await read();
    const now = JSON.stringify(item);
    if (now !== shown) show(session, item, shown === undefined);
    if (shown === undefined) session.hint('Watching: Ctrl-C ends it.');
    shown = now;
  } while (await goesOn());
};

const show = (session: Session, item: Fields, first: boolean): void => {
  const { io, format, reader } = session;
  if (reader === 'program') io.out(streamed(format, item));
  else {
    if (!first && reader === 'people') io.out('\n');
    showApplication(session, item);
  }
};
