/** `image-triggers logs`: what the functions logged, from the files of the local engine or from CloudWatch, in the same words. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isUlid, timeOfCall } from '../../functions/core/call.ts';
import { momentOf } from '../../functions/schema/moment.ts';
import { callIdOf, count, examples, momentText, nameOf } from './flags.ts';
import type { Io } from './io.ts';
import { cloudwatchLogs } from './logs/cloudwatch.ts';
import { gather, type Wanted, wantedBy } from './logs/gather.ts';
import { idOf, inOrder, type LogLine, lineText, STAGES, type Stage } from './logs/line.ts';
import { localLogs } from './logs/local.ts';
import type { LogSource } from './logs/source.ts';
import { type Format, formatOf, readerOf, streamed } from './output.ts';
import { placeOf } from './place.ts';

interface LogsFlags {
  readonly call?: string;
  readonly delivery?: string;
  readonly application?: string;
  readonly function?: Stage;
  readonly since?: string;
  readonly limit: number;
  readonly follow?: true;
}

/** Without `--since`: of a call or a delivery all that are kept, of everything the last hour; who follows waits for what comes. */
const [DEFAULT_SINCE, FOLLOWED_SINCE] = ['1h', '1m'];
/** Lines come late, and by several ways. */
const OVERLAP_MS = 15_000;

export const addLogsCommand = (program: Command, io: Io): void => {
  examples(
    program
      .command('logs')
      .description('show what the functions logged: one line per step, never a token, secret or body')
      .addOption(
        new Option('--call <id>', 'the whole way of one call, from its delivery to its end').argParser(callIdOf).conflicts(['delivery', 'application']),
      )
      .addOption(new Option('--delivery <id>', 'what became of one delivery').argParser(deliveryIdOf).conflicts(['application']))
      .addOption(new Option('--application <name>', 'what was done for one application').argParser(nameOf))
      .addOption(new Option('--function <name>', 'of one function alone; of api then also each time that it was read').choices(STAGES))
      .addOption(
        new Option(
          '--since <when>',
          'not before this; else the last hour, with --follow the last minute, with --call or --delivery from its beginning',
        ).argParser(momentText),
      )
      .addOption(new Option('--limit <n>', 'how many, the newest').argParser(count).default(500))
      .option('--follow', 'go on with what comes, until Ctrl-C'),
    'logs --call 01JZ0000000000000000000000.release',
    'logs --application web --since 24h',
    'logs --follow --function deploy -o json',
    'logs --delivery 01JZ0000000000000000000000 --stack ImageTriggers',
  ).action(async (flags: LogsFlags, command: Command) => {
    const { data, stack, region, output } = command.optsWithGlobals();
    const place = placeOf({ data, stack, region }, io);
    const format = formatOf(output);
    const source = place.kind === 'stack' ? await cloudwatchLogs(place.stack, place.region) : localLogs(place.directory, io);
    const stages = flags.function === undefined ? STAGES : [flags.function];
    const wanted: Wanted = { stages, since: sinceOf(flags), readings: flags.function === 'api', ...wantedBy(flags) };
    const shown = showing(format);
    const show = (lines: readonly LogLine[]): void => io.out(lines.map(shown).join(''));

    const found = await gather(source, wanted);
    show(found.slice(-flags.limit));
    if (readerOf(format) === 'people' && found.length > flags.limit) io.err(`There are ${found.length - flags.limit} older ones: give a larger --limit\n`);
    if (flags.follow === true) await follow(source, wanted, found, show, io);
    else if (found.length === 0) io.err(nothing(flags));
  });
};

/** Its first ten characters say when it was received, by the clock of the machine that did. */
const sinceOf = ({ since, call, delivery, follow: follows }: LogsFlags): number => {
  const now = Date.now();
  const of = call ?? delivery;
  return since === undefined && of !== undefined
    ? Math.max(0, timeOfCall(of) - OVERLAP_MS)
    : (momentOf(since ?? (follows === true ? FOLLOWED_SINCE : DEFAULT_SINCE), now) ?? now);
};

/** A loop of the shell gets each id once. */
const showing = (format: Format): ((line: LogLine) => string) => {
  const ids = new Set<string>(['']);
  return (line) => {
    if (readerOf(format) === 'people') return lineText(line, format === 'wide');
    if (readerOf(format) === 'program') return streamed(format, { time: new Date(line.at).toISOString(), function: line.stage, ...line.fields });
    const id = idOf(line);
    const is = ids.has(id);
    ids.add(id);
    return is ? '' : `${id}\n`;
  };
};

const follow = async (
  source: LogSource,
  wanted: Wanted,
  found: readonly LogLine[],
  show: (lines: readonly LogLine[]) => void,
  { pause }: Pick<Io, 'pause'>,
): Promise<never> => {
  let known = found;
  const { further } = wanted;
  for (;;) {
    await pause(source.everyMs);
    const since = Math.max(wanted.since, (known.at(-1)?.at ?? 0) - OVERLAP_MS);
    const leading = known;
    const all = await gather(source, { ...wanted, since, ...(further === undefined ? {} : { further: (first) => further([...leading, ...first]) }) });
    const newest = all.filter(({ id }) => !known.some((line) => line.id === id));
    show(newest);
    // Of everything only what may be read once more is kept; of a call all, because its first lines lead to the others.
    known = inOrder([...known, ...newest]).filter(({ at }) => further !== undefined || at >= since);
  }
};

const nothing = ({ call, delivery, application, since }: LogsFlags): string => {
  const one = call ?? delivery;
  const about = one ?? application;
  const when = since === undefined && one !== undefined ? '' : ` since ${since ?? `${DEFAULT_SINCE} ago`}: give an earlier --since`;
  return `nothing was logged${about === undefined ? '' : ` of ${about}`}${when}\n`;
};

const deliveryIdOf = (text: string): string => {
  if (!isUlid(text)) throw new InvalidArgumentError('give an id as "hook show" and the lines of "logs" have it: 26 letters and digits');
  return text;
};
