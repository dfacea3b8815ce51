/**
 * The record as it goes on: one line for each call that comes, and one for each whose status changes.
 *
 * The calls of the last minute, by the clock of the API, are listed again and again. What is open and older than that is
 * read by its id, some at a time.
 */

import { type Fields, list, textOf } from '../../functions/core/fields.ts';
import { check } from '../../functions/schema/check.ts';
import { callsQuery } from '../../functions/schema/request.ts';
import { callEvent } from './call-event.ts';
import { isOpenCall } from './call-text.ts';
import { type Session, withQuery } from './session.ts';
import { watching } from './watching.ts';

export interface CallFilters {
  readonly trigger?: string;
  readonly application?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly tag?: string;
  readonly hook?: string;
  readonly repository?: string;
  readonly since?: string;
}

const WINDOW = '1m';
/** Of older open calls, each time. */
const READ_AT_ONCE = 10;

/** `first`: asks for what is shown at first, the newest first. Ends when it is interrupted. */
export const watchCalls = async (session: Session, filters: CallFilters, first: () => Promise<readonly Fields[]>): Promise<void> => {
  const { io, lang } = session;
  const goesOn = watching(io);
  // A call that is not yet what is asked for may become it.
  const { status, reason, since: _, ...steady } = filters;
  const isWanted = wantedBy({ status, reason });
  const known = new Map<string, Fields>();
  const take = (calls: readonly Fields[], isShown: (call: Fields) => boolean): void => {
    for (const call of calls) {
      const id = textOf(call.id);
      const before = known.get(id);
      // Each goes to the end, so that those that are read by their ids take turns.
      known.delete(id);
      known.set(id, call);
      if (isShown(call) && (before === undefined || stateOf(before) !== stateOf(call))) io.out(callEvent(session, call));
    }
  };

  const ofWindow = async () => (await session.pages('/v1/calls', { ...steady, since: WINDOW, lang })).items.toReversed();
  const open = await session.ask({ method: 'GET', path: withQuery('/v1/calls', { ...steady, status: 'open', limit: '100', lang }) });
  // Known before the first list is asked for: what comes in between is in that list, or new.
  take([...list(open.items).toReversed(), ...(await ofWindow())], () => false);
  for (const call of (await first()).toReversed()) {
    known.set(textOf(call.id), call);
    io.out(callEvent(session, call));
  }
  session.hint('Watching: Ctrl-C ends it.');
  while (await goesOn()) {
    const items = await ofWindow();
    take(items, isWanted);
    const listed = new Set(items.map(({ id }) => textOf(id)));
    const older = [...known].filter(([id]) => !listed.has(id));
    for (const [id, call] of older) if (!isOpenCall(call)) known.delete(id);
    const followed = older.filter(([, call]) => isOpenCall(call)).slice(0, READ_AT_ONCE);
    for (const [id] of followed) take([await session.ask({ method: 'GET', path: withQuery(`/v1/calls/${encodeURIComponent(id)}`, { lang }) })], isWanted);
  }
};

/** In the words of the API's own filters, which the list has had accepted. */
const wantedBy = (given: Pick<CallFilters, 'status' | 'reason'>): ((call: Fields) => boolean) => {
  const read = check(callsQuery, given);
  const { status, reason } = read.ok ? read.value : {};
  return (call) =>
    (status === undefined || status.some((each) => each === call.status)) && (reason === undefined || reason.some((each) => each === call.reason));
};

const stateOf = ({ status, reason }: Fields): string => `${textOf(status)} ${textOf(reason)}`;
