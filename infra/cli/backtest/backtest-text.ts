/** What a replay found, for people and as data. */

import type { Fields } from '../../../functions/core/fields.ts';
import type { Io } from '../io.ts';
import { column, type Format, table } from '../output.ts';
import type { Row } from './backtest.ts';
import type { Past } from './past-pushes.ts';

export interface Replay {
  readonly from: number;
  readonly past: Past;
  readonly rows: readonly Row[];
}

const wouldDeploy = ({ wouldBe }: Row): boolean => wouldBe === 'deployed';
const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

const COLUMNS = [
  column('TIME (UTC)', ({ at }) => String(at).slice(0, 19).replace('T', ' '), 'never'),
  column('IMAGE', 'image', 'start'),
  column('TRIGGER', 'trigger'),
  column('APPLICATION', 'application'),
  column('WAS', ({ was }) => was ?? '-', 'never'),
  column('WOULD BE', ({ wouldBe }) => wouldBe ?? '-', 'never'),
];

/** What is no part of the replay is always said: a number without it would be believed too much. */
const notesOf = ({ past }: Replay): readonly string[] => [
  'Replayed by the rules of triggers and the policies of applications, in the order in which pushes came, as if each deployment had gone well at once.',
  'Not in it: what ran before, and the holds, roll backs, rejected digests and deployments by people of that time.',
  'Pushes that no trigger heard are not kept, but for those among the last 20 deliveries of each hook, which are in it.',
  ...(past.cut ? [`There were more calls than are read: it begins with ${new Date(past.pushes[0]?.receivedAt ?? 0).toISOString()}.`] : []),
];

const countsOf = ({ past, rows }: Replay) => ({
  pushes: past.pushes.length,
  unheard: past.pushes.filter(({ calls }) => calls.size === 0).length,
  wouldHaveDeployed: rows.filter(wouldDeploy).length,
  deployed: rows.filter(({ wasDeployed }) => wasDeployed).length,
});

const itemOf = ({ at, ...row }: Row): Fields => ({ at: new Date(at).toISOString(), ...row });

export const replayText = (replay: Replay, io: Io, format: Format): string => {
  const { pushes, unheard, wouldHaveDeployed, deployed } = countsOf(replay);
  const heard = unheard === 0 ? '' : `, ${unheard} of which no trigger heard`;
  const shown = replay.rows.filter((row) => row.wasDeployed || wouldDeploy(row));
  const head = `\nSince ${new Date(replay.from).toISOString()} there were ${pushes} pushes${heard}.\nThis would have deployed ${times(wouldHaveDeployed)}, you had ${deployed}${shown.length === 0 ? '.' : ':'}\n`;
  return shown.length === 0 ? head : `${head}\n${table(COLUMNS, shown.map(itemOf), io, format)}\n`;
};

export const replayNotes = notesOf;

export const replayItem = (replay: Replay): Fields => ({
  since: new Date(replay.from).toISOString(),
  ...countsOf(replay),
  items: replay.rows.map(itemOf),
  notes: notesOf(replay),
});
