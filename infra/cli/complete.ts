/** What may stand where the cursor is: commands, flags and choices from the program itself, names from whoever knows them. */
import type { Command, Option } from 'commander';

interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What the program does not know: `kind` is of a name, `owner` the application that it belongs to. */
export type Kind = 'application' | 'hook' | 'trigger' | 'call' | 'trigger-url';
export type NamesOf = (kind: Kind, flags: Readonly<Record<string, string>>, owner: string | undefined) => Promise<readonly string[]>;

export const FILES = 'files';

/** Flags whose value is a name. */
const NAMED: Readonly<Record<string, Kind>> = { '--application': 'application', '--hook': 'hook', '--trigger': 'trigger', '--to-call': 'call' };
const NOUNS: readonly Kind[] = ['application', 'hook', 'trigger'];

/** Where the words before the cursor lead. */
interface Place {
  readonly command: Command;
  readonly arguments: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
  /** The flag whose value comes next. */
  readonly open?: Option;
}

/** `words`: after the name of the program, up to the cursor; the last one is what is being typed, and may be empty. */
export const complete = async (program: Command, words: readonly string[], namesOf: NamesOf): Promise<readonly Candidate[] | typeof FILES> => {
  const all = joined(words);
  const typed = all.at(-1) ?? '';
  const place = all.slice(0, -1).reduce<Place>(step, { command: program, arguments: [], flags: {} });
  const [, flag, value] = /^(--[^=]+)=(.*)$/.exec(typed) ?? [];
  const open = flag === undefined ? place.open : optionOf(place.command, flag);
  const found = await (open === undefined ? candidates(place, typed, namesOf) : valuesOf(open, value ?? typed, place, namesOf));
  if (found === FILES) return FILES;
  const begun = found.filter((each) => each.value.startsWith(value ?? typed));
  return flag === undefined ? begun : begun.map((each) => ({ ...each, value: `${flag}=${each.value}` }));
};

/** bash gives `--flag=value` as three words, and wants back only the last. */
const joined = (words: readonly string[]): readonly string[] =>
  words.flatMap((word, i) => {
    if (word !== '=' || !(words[i - 1] ?? '').startsWith('--')) return [word];
    return i === words.length - 1 ? [''] : [];
  });

const step = (place: Place, word: string): Place => {
  const { open, ...rest } = place;
  if (open !== undefined) return { ...rest, flags: { ...rest.flags, [open.attributeName()]: word } };
  if (word.startsWith('-')) {
    const [, flag = word, value] = /^(--[^=]+)=(.*)$/.exec(word) ?? [];
    const option = optionOf(rest.command, flag);
    if (option === undefined || !takesValue(option)) return rest;
    return value === undefined ? { ...rest, open: option } : { ...rest, flags: { ...rest.flags, [option.attributeName()]: value } };
  }
  const command = rest.command.commands.find((each) => each.name() === word || each.aliases().includes(word));
  return command === undefined ? { ...rest, arguments: [...rest.arguments, word] } : { ...rest, command };
};

const takesValue = ({ required, optional }: Option): boolean => required || optional;

const optionsOf = (command: Command): readonly Option[] => {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
};

const optionOf = (command: Command, flag: string): Option | undefined => optionsOf(command).find(({ short, long }) => flag === short || flag === long);

const candidates = async (place: Place, typed: string, namesOf: NamesOf): Promise<readonly Candidate[] | typeof FILES> => {
  const { command } = place;
  if (typed.startsWith('-')) return optionsOf(command).map(({ short, long, description }) => ({ value: long ?? short ?? '', description }));
  if (command.commands.length > 0)
    return command
      .createHelp()
      .visibleCommands(command)
      .map((each) => ({ value: each.name(), description: each.description() }));
  const argument = command.registeredArguments[place.arguments.length] ?? command.registeredArguments.findLast(({ variadic }) => variadic);
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined) return argument.argChoices.map(plain);
  if (argument.name() === 'file') return FILES;
  if (argument.name() === 'names') return idsOf(place.flags, namesOf);
  const kind = kindOf(argument.name(), command);
  return kind === undefined ? [] : (await namesOf(kind, place.flags, place.arguments[0])).map(plain);
};

const valuesOf = async (option: Option, typed: string, { flags }: Place, namesOf: NamesOf): Promise<readonly Candidate[] | typeof FILES> => {
  if (option.argChoices !== undefined) return option.argChoices.map(plain);
  if (/<(?:file|dir)/.test(option.flags)) return FILES;
  const kind = NAMED[option.long ?? ''];
  if (kind !== undefined) return (await namesOf(kind, flags, undefined)).map(plain);
  // Loaded for whoever asks: it knows all reasons and formats.
  return (await import('./flag-values.ts')).flagValues(option.long ?? '', typed);
};

/** Of `export`: kinds, and each definition as `kind/name`. */
const idsOf = async (flags: Place['flags'], namesOf: NamesOf): Promise<readonly Candidate[]> => {
  const all = await Promise.all(NOUNS.map(async (kind) => (await namesOf(kind, flags, undefined)).map((name) => `${kind}/${name}`)));
  return [...NOUNS, ...all.flat()].map(plain);
};

const plain = (value: string): Candidate => ({ value, description: '' });

/** A new name is nobody's to know. */
const kindOf = (argument: string, command: Command): Kind | undefined => {
  if (argument === 'id') return 'call';
  if (argument === 'url-id') return 'trigger-url';
  if (argument !== 'name') return undefined;
  const noun = nounOf(command);
  return command.name() === 'create' && command.parent?.name() === noun ? undefined : noun;
};

const nounOf = (command: Command): Kind | undefined =>
  NOUNS.find((noun) => noun === command.name()) ?? (command.parent === null ? undefined : nounOf(command.parent));
