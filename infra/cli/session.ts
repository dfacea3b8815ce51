/** One run of a command: where the API is, how to show what it says, and what to say beside it. */
import type { Command } from 'commander';
import { type Fields, list, textOf } from '../../functions/core/fields.ts';
import { adviceIn } from './advice.ts';
import { type Api, connect, type Request } from './connect.ts';
import { checkRequest, dryRunText } from './dry-run.ts';
import { flagWords } from './flag-words.ts';
import { CliError, ended, type Io, misused } from './io.ts';
import type { Lang, Pair } from './labels.ts';
import { type Column, details, type Format, formatOf, type Reader, readerOf, structured, table } from './output.ts';

export interface Session {
  readonly io: Io;
  readonly format: Format;
  readonly reader: Reader;
  /** Nothing may be changed, here or elsewhere; `ask` sees to it for the API. */
  readonly dryRun: boolean;
  /** For the words of calls, and what stands before values. */
  readonly lang: Lang;
  /** With `--dry-run`, what is no GET is shown instead, and ends the command. */
  ask(request: Request): Promise<Fields>;
  /** The same for what changes nothing although it is no GET. */
  consult(request: Request): Promise<Fields>;
  /** A definition, and the ETag by which it is changed only while it is this. */
  see(path: string): Promise<{ readonly item: Fields; readonly etag?: string }>;
  /** Before what nothing brings back: asks at the terminal, and goes on with `--yes`. Made only where it is asked. */
  confirm(question: () => string | Promise<string>): Promise<void>;
  /** Up to `limit` items over as many pages as that takes, without it all; `cursor` when there are more. */
  pages(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    limit?: number,
  ): Promise<{ readonly items: readonly Fields[]; readonly cursor?: string }>;
  showList(answer: { readonly items: readonly Fields[]; readonly cursor?: string }, columns: readonly Column[], key?: string): void;
  showOne(item: Fields, pairs: readonly Pair[], key?: string): void;
  hintMore(page: { readonly cursor?: string }): void;
  /** What an answer says beside its data, with the commands that it leads to. */
  showHints(answer: Fields): void;
  /** A sentence of the API in the words of the command. */
  inFlags(sentence: string): string;
  /** To standard error, and not for programs. */
  hint(text: string): void;
}

const PAGE = 100;
/** What was asked for cannot be meant, whatever there is. */
const [BAD_REQUEST, INVALID] = [400, 422];

export const begin = async (command: Command, io: Io): Promise<Session> => {
  const { data, stack, region, output, lang, dryRun, yes } = command.optsWithGlobals();
  const format = formatOf(output);
  const reader = readerOf(format);
  const api = await connect({ data, stack, region }, io);
  const words = flagWords(command);
  const hint = (text: string): void => {
    if (reader === 'people') io.err(`${words.sentence(text)}\n`);
  };
  const print = (text: string): void => {
    if (text !== '') io.out(`${text}\n`);
  };
  const language: Lang = lang === 'zh' || lang === 'en' ? lang : undefined;
  const consult = async (request: Request): Promise<Fields> => unwrap(await api(request), words.problem);
  const ask = async (request: Request): Promise<Fields> => {
    if (dryRun !== true || request.method === 'GET') return consult(request);
    await checkRequest(request, consult);
    print(dryRunText(request, format));
    hint('Nothing was sent: without --dry-run it is.');
    throw ended();
  };
  return {
    io,
    format,
    reader,
    dryRun: dryRun === true,
    lang: language,
    ask,
    consult,
    see: async (path) => {
      const reply = await api({ method: 'GET', path });
      return { item: unwrap(reply, words.problem), ...(reply.etag === undefined ? {} : { etag: reply.etag }) };
    },
    confirm: async (question) => {
      if (yes === true || dryRun === true) return;
      if (io.prompt === undefined)
        throw misused('this cannot be taken back, and there is no terminal to ask at: give --yes to do it, or --dry-run to see what would be sent');
      const answer = await io.prompt(`${await question()} [y/N] `);
      if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliError('nothing was done: only "y" goes on');
    },
    pages: async (path, query, limit = Number.POSITIVE_INFINITY) => {
      const items: Fields[] = [];
      let { cursor } = query;
      do {
        const page = await ask({ method: 'GET', path: withQuery(path, { ...query, limit: String(Math.min(PAGE, limit - items.length)), cursor }) });
        items.push(...list(page.items));
        cursor = typeof page.cursor === 'string' ? page.cursor : undefined;
      } while (cursor !== undefined && items.length < limit);
      return { items, ...(cursor === undefined ? {} : { cursor }) };
    },
    showList: (answer, columns, key = 'name') => {
      if (reader === 'program') print(structured(format, answer));
      else if (reader === 'shell') print(answer.items.map((item) => textOf(item[key])).join('\n'));
      else if (answer.items.length === 0) io.err('none\n');
      else
        print(
          table(
            columns.map((each) => ({ ...each, of: (item) => words.value(each.of(item)) })),
            answer.items,
            io,
            format,
            language,
          ),
        );
    },
    showOne: (item, pairs, key = 'name') => {
      if (reader === 'program') print(structured(format, item));
      else if (reader === 'shell') print(textOf(item[key]));
      else
        print(
          details(
            pairs.map(([name, value]) => [name, words.value(value)]),
            io,
            language,
          ),
        );
    },
    hintMore: ({ cursor }) => {
      if (cursor !== undefined) hint('There are more: the same with a larger --limit');
    },
    showHints: (answer) => {
      for (const text of [...(answer.hint === undefined ? [] : [textOf(answer.hint)]), ...adviceIn(answer)]) hint(text);
    },
    inFlags: words.sentence,
    hint,
  };
};

export const withQuery = (path: string, query: Readonly<Record<string, string | undefined>>): string => {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, value);
  return given.size === 0 ? path : `${path}?${given.toString()}`;
};

/** The body of a good answer; a problem becomes an error that says everything the API said. */
const unwrap = ({ status, body }: Awaited<ReturnType<Api>>, worded: (text: string) => string): Fields => {
  if (status < 300) return body;
  // API Gateway itself answers `{"message":…}`.
  if (status === 401 || status === 403)
    throw new CliError(`access denied (${textOf(body.message ?? body.detail)}): check the credentials; on AWS the permission is execute-api:Invoke`);
  const errors = list(body.errors);
  const said =
    errors.length > 1
      ? errors.map(({ field, why }) => `\n  ${worded(`${textOf(field)}: ${textOf(why)}`)}`).join('')
      : worded(textOf(body.detail ?? body.message));
  const whole = [`${said}${body.code === undefined ? '' : ` [${textOf(body.code)}]`}`, ...adviceIn(body)].join('\n');
  throw status === BAD_REQUEST || status === INVALID ? misused(whole) : new CliError(whole);
};
