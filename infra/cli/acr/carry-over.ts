/** A trigger of Alibaba's registry as one of ours: its rule and its name, and what could not be carried over. */
import { loadEngines } from '../../../functions/core/decide-all.ts';
import { textOf } from '../../../functions/core/fields.ts';
import { jsonIn } from '../../../functions/core/json-in.ts';
import { type Parsed, parsed, refused } from '../../../functions/core/parsed.ts';
import { checkRule, type Rule } from '../../../functions/core/rule.ts';
import { shown } from '../../../functions/core/shown.ts';
import { isName } from '../../../functions/schema/name.ts';
import type { AcrTrigger } from './answers.ts';
import { javaOnly } from './java-expression.ts';

/** `notes`: what is as it was, though written in another way. */
interface Carried {
  readonly rule: Rule;
  readonly notes: readonly string[];
}

export const carryOver = async ({ type, tag, event }: AcrTrigger): Promise<Parsed<Carried>> => {
  if (/fail/i.test(event)) return refused(`it fires when a build fails (${shown(event)}), and here only pushes are heard`);
  const read = RULES[type.toUpperCase()]?.(tag) ?? refused(`its TriggerType is ${shown(type)}: ALL, TAG_LIST and TAG_REG_EXP are known`);
  if (!read.ok) return read;
  const { rule } = read.value;
  const checked = checkRule(rule, await loadEngines([rule]));
  return checked.ok ? read : checked;
};

const plain = (rule: Rule): Parsed<Carried> => parsed({ rule, notes: [] });

const tagList = (tag: unknown): Parsed<Carried> => {
  const given = listOf(tag);
  const tags = [...new Set(given.map(textOf))];
  if (tags.length === 0) return refused('its list of tags is empty, so it never fires');
  return parsed({ rule: { mode: 'tags', tags }, notes: tags.length === given.length ? [] : ['a tag that it names twice is named once'] });
};

const expression = (tag: unknown): Parsed<Carried> => {
  const given = listOf(tag);
  const text = textOf(given[0]);
  if (given.length !== 1 || text === '')
    return refused(given.length > 1 ? `it has ${given.length} expressions: make a trigger for each` : 'its expression is empty, so it never fires');
  if (text === '*') return parsed({ rule: { mode: 'all' }, notes: ['the expression * is the sample of the API and stands for every tag: taken as mode all'] });
  const java = javaOnly(text);
  return java === undefined ? plain({ mode: 'expression', expression: text }) : refused(`the expression ${shown(text)} has ${java}`);
};

/** `TAG_LISTTAG` is how the API's pages print TAG_LIST; without any type a trigger fires on all. */
const RULES: Readonly<Record<string, (tag: unknown) => Parsed<Carried>>> = {
  '': () => plain({ mode: 'all' }),
  ALL: () => plain({ mode: 'all' }),
  TAG_LIST: tagList,
  TAG_LISTTAG: tagList,
  TAG_REG_EXP: expression,
};

/** A list, a list as JSON text, or one text. */
const listOf = (tag: unknown): readonly unknown[] => {
  if (Array.isArray(tag)) return tag;
  if (typeof tag !== 'string') return tag === undefined || tag === null ? [] : [tag];
  const read = jsonIn(tag);
  if (Array.isArray(read)) return read;
  return tag === '' ? [] : [tag];
};

const MOST = 63;

/** A name that is allowed here and not among `taken`. */
export const nameFor = (name: string, taken: ReadonlySet<string>): string => {
  const cleaned = name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[_-]+|-+$/g, '')
    .slice(0, MOST);
  const allowed = isName(cleaned) ? cleaned : 'trigger';
  if (!taken.has(allowed)) return allowed;
  for (let n = 2; ; n += 1) {
    const numbered = `${allowed.slice(0, MOST - 1 - String(n).length)}-${n}`;
    if (!taken.has(numbered)) return numbered;
  }
};
