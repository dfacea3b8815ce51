/** An application as it goes on: shown whole, and again whenever it is not any more what was shown. */
import type { Fields } from '../../functions/core/fields.ts';
import { jsonLine, structured } from './output.ts';
import type { Session } from './session.ts';
import { showApplication } from './show-application.ts';
import { EVERY_MS } from './watch-calls.ts';

/** Ends when it is interrupted. */
export const watchApplication = async (session: Session, read: () => Promise<Fields>): Promise<void> => {
  const interrupted = session.io.interruption?.() ?? new AbortController().signal;
  let shown: string | undefined;
  while (!interrupted.aborted) {
    const item = await read();
    const now = JSON.stringify(item);
    if (now !== shown) show(session, item, shown === undefined);
    if (shown === undefined) session.hint('Watching: Ctrl-C ends it.');
    shown = now;
    await session.io.pause(EVERY_MS, interrupted);
  }
};

/** What reads one after another needs to know where each ends: JSON in lines, YAML in documents. */
const show = (session: Session, item: Fields, first: boolean): void => {
  const { io, format } = session;
  if (format === 'json') io.out(`${jsonLine(item)}\n`);
  else if (format === 'yaml') io.out(`---\n${structured(format, item)}\n`);
  else {
    if (!first && session.reader === 'people') io.out('\n');
    showApplication(session, item);
  }
};
