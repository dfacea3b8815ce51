/** What `image-triggers diff` answers: whether anything would change, and what would have been deployed. */

import { textOf } from '../../../functions/core/fields.ts';
import { momentOf } from '../../../functions/schema/moment.ts';
import { backtest } from '../backtest/backtest.ts';
import { type Replay, replayItem, replayNotes, replayText } from '../backtest/backtest-text.ts';
import { pastPushes } from '../backtest/past-pushes.ts';
import type { Session } from '../session.ts';
import type { Plan } from './plan.ts';
import { planItems, planText } from './plan-text.ts';
import { readPlan } from './read-plan.ts';

export interface DiffFlags {
  readonly file: readonly string[];
  readonly prune?: true;
  readonly since?: string;
}

export const diff = async ({ file, prune, since }: DiffFlags, session: Session): Promise<boolean> => {
  const now = Date.now();
  const from = since === undefined ? undefined : momentOf(since, now);
  const plan = await readPlan(file, prune === true, session);
  const replay = from === undefined ? undefined : await replayOf(plan, from, now, session);
  if (session.reader === 'people') {
    session.io.out(planText(plan, session.io));
    if (replay !== undefined) session.io.out(replayText(replay, session.io, session.format));
    for (const note of replay === undefined ? [] : replayNotes(replay)) session.hint(note);
  } else session.showList({ ...planItems(plan), ...(replay === undefined ? {} : { replay: replayItem(replay) }) }, [], 'id');
  if (plan.changes.length > 0) session.hint('Next: image-triggers apply with the same files');
  return plan.changes.length > 0;
};

const replayOf = async ({ after }: Plan, from: number, now: number, session: Session): Promise<Replay> => {
  // Those that are there: one that is only to be made has heard nothing.
  const { items } = await session.pages('/v1/hooks', {});
  const hooks = items.map(({ name }) => textOf(name));
  const past = await pastPushes(session, from, hooks);
  return { from, past, rows: await backtest(past.pushes, after, now) };
};
