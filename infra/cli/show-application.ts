/** An application for people: what it is, what runs, what is wanted, what waits, and until when. */
import { type Fields, fields, isFields, list, textOf, texts } from '../../functions/core/fields.ts';
import type { Pair } from './labels.ts';
import type { Session } from './session.ts';

export const applicationPairs = (item: Fields): readonly Pair[] => [
  ['Name', item.name],
  ['Enabled', item.enabled === true ? 'yes' : 'no'],
  ['Target', item.target],
  ['Policy', Object.keys(fields(item.policy)).length === 0 ? 'none' : item.policy],
  ['Parameters', item.parameters],
  ['Source', item.source],
  ...(isFields(item.status) ? statusPairs(item.status) : []),
  ['Created', item.createdAt],
  ['Updated', item.updatedAt],
];

export const showApplication = (session: Session, item: Fields): void => session.showOne(item, applicationPairs(item));

const statusPairs = ({ sync, health, running, wanted, waiting, hold, rejected, template, seen, looksAgainAt }: Fields): readonly Pair[] => [
  // Both are unknown together, where a target cannot be asked or nothing was deployed.
  ['State', sync === health ? sync : `${textOf(sync)}, ${textOf(health)}`],
  ...each('Runs', list(running).map(runsText)),
  ...each('Wanted', list(wanted).filter(isUnderWay).map(wantedText)),
  ...(isFields(hold) ? [['On hold', holdText(hold)] as const] : []),
  ...each('Waits', list(waiting).map(waitsText)),
  ...each(
    'Rejected',
    list(rejected).map(({ digest, why }) => joined(textOf(digest), textOf(why))),
  ),
  ...(isFields(template) ? [['Template', `version ${textOf(template.newest)}, deployed ${textOf(template.deployed) || 'none'}`] as const] : []),
  ...(isFields(seen) ? [['Seen there', joined(textOf(seen.at), textOf(seen.why), texts(seen.containers).join(', '))] as const] : []),
  ['Looks again', looksAgainAt],
];

/** The name stands only before the first. */
const each = (name: Pair[0], rows: readonly string[]): readonly Pair[] => rows.map((row, i) => [i === 0 ? name : '', row]);

const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(', ');

const whichText = ({ image, version }: Fields): string => joined(textOf(image), version === undefined ? '' : `version ${textOf(version)}`);

const runsText = (one: Fields): string => {
  const { revision, source } = fields(one.commit);
  const commit = revision === undefined ? '' : `commit ${textOf(revision)}${source === undefined ? '' : ` of ${textOf(source)}`}`;
  return joined(whichText(one), `since ${textOf(one.since)}`, `call ${textOf(one.call)}`, commit);
};

const isUnderWay = ({ status }: Fields): boolean => status === 'queued' || status === 'running' || status === 'held' || status === 'failed';

const wantedText = (one: Fields): string => {
  const what = one.restart === true ? joined('restart', whichText(one)) : whichText(one);
  const again = one.looksAgainAt === undefined ? '' : `looks again ${textOf(one.looksAgainAt)}`;
  return joined(what, textOf(one.status), `by ${textOf(one.by)}`, `call ${textOf(one.call)}`, again);
};

const holdText = ({ since, by, why, pinned }: Fields): string => {
  const at = isFields(pinned) ? `at ${whichText(pinned)}` : '';
  return joined(at, textOf(why), `since ${textOf(since)}`, by === undefined ? '' : `by ${textOf(by)}`);
};

const waitsText = ({ image, call, reason, until }: Fields): string =>
  joined(textOf(image), textOf(reason), until === undefined ? '' : `until ${textOf(until)}`, `call ${textOf(call)}`);
