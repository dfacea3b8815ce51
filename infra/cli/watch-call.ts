/** One call until it has ended: what changes is said beside the data, which is the call at its end. */

import { type Fields, textOf } from '../../functions/core/fields.ts';
import { callEvent } from './call-event.ts';
import { isOpenCall } from './call-text.ts';
import type { Session } from './session.ts';
import { watching } from './watching.ts';

interface Watched {
  readonly call: Fields;
  /** 1 where it failed, nobody knows, or it had not ended when the watch was interrupted. */
  readonly exitCode: 0 | 1;
}

const FAILED = ['failed', 'unknown'];

export const watchCall = async (session: Session, read: () => Promise<Fields>): Promise<Watched> => {
  const { io, reader } = session;
  const goesOn = watching(io);
  let said = '';
  for (;;) {
    const call = await read();
    const status = textOf(call.status);
    if (!isOpenCall(call)) return { call, exitCode: FAILED.includes(status) ? 1 : 0 };
    const state = `${status} ${textOf(call.reason)}`;
    if (reader === 'people' && state !== said) io.err(callEvent(session, call));
    said = state;
    if (!(await goesOn())) return { call, exitCode: 1 };
  }
};
