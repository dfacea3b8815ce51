/** `image-triggers diff`: what files would change, and what they would have done. Exit 0: nothing differs; 1: something; 2: it cannot be said. */
import { type Command, CommanderError, Option } from 'commander';
import { MOMENT_RULE, momentOf } from '../../functions/schema/moment.ts';
import { addFileFlags, readPlan } from './apply-command.ts';
import { backtest } from './backtest/backtest.ts';
import { type Replay, replayItem, replayNotes, replayText } from './backtest/backtest-text.ts';
import { pastPushes } from './backtest/past-pushes.ts';
import type { Plan } from './files/plan.ts';
import { planItems, planText } from './files/plan-text.ts';
import { examples } from './flags.ts';
import { CliError, ended, type Io, misused } from './io.ts';
import { textOf } from './json.ts';
import { begin, type Session } from './session.ts';

export const addDiffCommand = (program: Command, io: Io): void => {
  examples(
    addFileFlags(
      program.command('diff').description('show what "apply" of files would change, field by field; exit 0: nothing, 1: something, 2: an error'),
    ).addOption(new Option('--since <when>', 'also replay the pushes since then (30d, 24h, 2026-06-30) by these files: what would have been deployed?')),
    'diff -f triggers.yaml',
    'diff -f triggers/ --prune -o json',
    'diff -f triggers.yaml --since 30d',
  ).action(async (flags: DiffFlags, command: Command) => {
    // An answer here is 0 or 1, so whatever prevents one is 2.
    const differs = await answer(flags, command, io).catch((error: unknown) => {
      throw error instanceof CommanderError ? error : new CliError(error instanceof Error ? error.message : String(error), 2);
    });
    if (differs) throw ended(1);
  });
};

interface DiffFlags {
  readonly file: readonly string[];
  readonly prune?: true;
  readonly since?: string;
}

const answer = async ({ file, prune, since }: DiffFlags, command: Command, io: Io): Promise<boolean> => {
  const now = Date.now();
  const from = since === undefined ? undefined : momentOf(since, now);
  if (since !== undefined && from === undefined) throw misused(`--since ${JSON.stringify(since)}: ${MOMENT_RULE}`);
  const session = await begin(command, io);
  const plan = await readPlan(file, prune === true, session);
  const replay = from === undefined ? undefined : await replayOf(plan, from, now, session);
  if (session.reader === 'people') {
    io.out(planText(plan, io));
    if (replay !== undefined) io.out(replayText(replay, io, session.format));
    for (const note of replay === undefined ? [] : replayNotes(replay)) session.hint(note);
  } else session.showList({ ...planItems(plan), ...(replay === undefined ? {} : { replay: replayItem(replay) }) }, [], 'id');
  if (plan.changes.length > 0) session.hint('Next: image-triggers apply with the same files');
  return plan.changes.length > 0;
};

const replayOf = async ({ after }: Plan, from: number, now: number, session: Session): Promise<Replay> => {
  // Those that are there: one that is only to be made has heard nothing.
  const { items } = await session.pages('/v1/hooks', {}, Number.POSITIVE_INFINITY);
  const hooks = items.map(({ name }) => textOf(name));
  const past = await pastPushes(session, from, hooks);
  return { from, past, rows: await backtest(past.pushes, after, now) };
};
