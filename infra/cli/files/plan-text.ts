/** A plan for people, and as data. */
import { styleText } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import { type Fields, textOf } from '../../../functions/core/fields.ts';
import type { Io } from '../io.ts';
import { lines } from '../output.ts';
import type { Difference } from './difference.ts';
import { idOf } from './held.ts';
import type { Change, Plan } from './plan.ts';

const SIGNS = { create: '+', update: '~', replace: '-/+', delete: '-' } as const satisfies Record<Change['action'], string>;
const WORDS = { create: 'to create', update: 'to change', replace: 'to replace', delete: 'to delete' } as const satisfies Record<Change['action'], string>;
const COLOURS = { create: 'green', update: 'yellow', replace: 'yellow', delete: 'red' } as const satisfies Record<
  Change['action'],
  Parameters<typeof styleText>[0]
>;
const ACTIONS = ['create', 'update', 'replace', 'delete'] as const satisfies readonly Change['action'][];

/** A value in one line; a longer one is cut, since files and API both have it whole. */
const MOST = 200;
const valueText = (value: unknown): string => {
  const text = value === undefined ? '(none)' : JSON.stringify(value);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
};

const isTemplate = ({ field }: Difference): boolean => field === 'template';

const templateLines = ({ from, to }: Difference): readonly string[] => {
  // The first lines name the files.
  const patch = createTwoFilesPatch('', '', textOf(from), textOf(to), '', '', { context: 2 }).split('\n').slice(4);
  return ['template:', ...patch.filter((line) => line !== '').map((line) => `  ${line}`)];
};

/** Of what is new, what it is without anybody saying so. */
const isUsual = ({ field, to }: Difference): boolean =>
  to === undefined || (field === 'enabled' && to === true) || (typeof to === 'object' && to !== null && Object.keys(to).length === 0);

const differenceLines = (action: Change['action'], difference: Difference): readonly string[] => {
  const { field, from, to } = difference;
  if (action === 'create') return isUsual(difference) ? [] : [isTemplate(difference) ? 'template: a first version' : `${field}: ${valueText(to)}`];
  return isTemplate(difference) ? templateLines(difference) : [`${field}: ${valueText(from)} -> ${valueText(to)}`];
};

const notesOf = (change: Change): readonly string[] => {
  if (change.action === 'replace') return ['(it is deleted and made again; its calls stay)'];
  if (change.action === 'delete' && change.kind === 'Hook') return ['(its webhook URL ends)'];
  if (change.action === 'update' && losesSecret(change)) return ['(the secret of its credential ends: until a new one is set, its deliveries are refused)'];
  if (change.action !== 'update') return [];
  return [
    ...(change.template === undefined ? [] : ['(tags and digests of its images stay as pushes have set them)']),
    ...revokedUrls(change).map(({ id, label }) => `(the trigger URL ${textOf(id)}${label === undefined ? '' : ` of ${textOf(label)}`} ends)`),
  ];
};

/** As the API shows them. */
export const revokedUrls = (change: Change): readonly Fields[] => (change.action === 'update' ? (change.urls?.revoked ?? []) : []);

/** Another kind of credential has another secret. Without any there is none to lose. */
export const losesSecret = ({ kind, action, differences }: Change): boolean =>
  kind === 'Hook' && action === 'update' && differences.some(({ field, from }) => field.startsWith('credential') && from !== undefined);

/** Without its last line, for one that is followed by another. */
export const planText = ({ changes, unchanged }: Pick<Plan, 'changes' | 'unchanged'>, { colour }: Pick<Io, 'colour'>): string => {
  const paint = (change: Change, line: string): string => (colour ? styleText(COLOURS[change.action], line, { validateStream: false }) : line);
  const blocks = changes.map((change) => {
    const said = [...change.differences.flatMap((each) => differenceLines(change.action, each)), ...notesOf(change)];
    return `${paint(change, `${SIGNS[change.action]} ${idOf(change)}`)}\n${lines(said.map((line) => `    ${line}`))}`;
  });
  return [...blocks, `${totalText(changes)}${changes.length === 0 ? '' : '; '}${unchanged} unchanged\n`].join('');
};

const totalText = (changes: readonly Change[]): string =>
  ACTIONS.flatMap((action) => {
    const count = changes.filter((change) => change.action === action).length;
    return count === 0 ? [] : [`${count} ${WORDS[action]}`];
  }).join(', ');

export const planItems = ({ changes, unchanged }: Pick<Plan, 'changes' | 'unchanged'>): { readonly items: readonly Fields[]; readonly unchanged: number } => ({
  items: changes.map((change) => ({
    id: idOf(change),
    action: change.action,
    kind: change.kind,
    name: change.name,
    ...('definition' in change ? { place: change.definition.place } : {}),
    fields: change.differences,
  })),
  unchanged,
});

export const deletedNames = (changes: readonly Change[]): string =>
  changes
    .filter(({ action }) => action === 'delete')
    .map(idOf)
    .join(', ');
