/** `image-triggers call list`: the record by its filters, once or as it goes on. */
import { type Command, Option } from 'commander';
import { textOf } from '../../functions/core/fields.ts';
import { imageText, shortTime } from './call-text.ts';
import { callerOf, count, examples, momentText, nameOf } from './flags.ts';
import type { Io } from './io.ts';
import { column, wideColumn } from './output.ts';
import { begin, type Session } from './session.ts';
import { type CallFilters, watchCalls } from './watch-calls.ts';

interface ListFlags extends CallFilters {
  readonly until?: string;
  readonly limit: number;
  readonly cursor?: string;
  readonly watch?: true;
}

export const addCallListCommand = (call: Command, io: Io): void => {
  examples(
    call
      .command('list')
      .description('list calls, newest first')
      .option('--trigger <name>', 'only those of a trigger; !NAME: those of an application that no trigger made', callerOf)
      .option('--application <name>', 'only those that fired for an application', nameOf)
      .option(
        '--status <statuses>',
        'queued, held, running, untriggered, skipped, delivered, succeeded, failed, unknown; or open, ended, fired, deployed; several with commas',
      )
      .option('--reason <reasons>', 'as the calls show it: superseded, hold, rule-not-matched …; several with commas')
      .option('--tag <tag>', 'only those of exactly this tag')
      .option('--hook <name>', 'only those that came through a hook', nameOf)
      .option('--repository <repository>', 'only those of a repository, as host/path')
      .addOption(new Option('--since <when>', 'received at this time or later: 30m, 24h, 7d ago, or a date, or a time').argParser(momentText))
      .addOption(new Option('--until <when>', 'received before this time').argParser(momentText))
      .addOption(new Option('--limit <n>', 'how many').argParser(count).default(20))
      .option('--cursor <cursor>', 'go on where the page before ended')
      .addOption(new Option('--watch', 'then a line for each new call and each changed status, until Ctrl-C').conflicts(['until', 'cursor'])),
    'call list',
    'call list --trigger release --status failed,unknown',
    'call list --application web --since 24h --reason superseded,coalesced',
    "call list --trigger '!web'",
    'call list --watch --status ended -o json',
  ).action(async ({ limit, cursor, until, watch, ...filters }: ListFlags, command: Command) => {
    const session = await begin(command, io);
    const read = async () => {
      const page = await session.pages('/v1/calls', { ...filters, until, lang: session.lang, cursor }, limit);
      if (page.items.length === 0 && cursor === undefined) await refuseStranger(filters, session);
      return page;
    };
    if (watch === true) return watchCalls(session, filters, async () => (await read()).items);
    const page = await read();
    session.showList(
      page,
      [
        column('TIME (UTC)', ({ receivedAt }) => shortTime(receivedAt), 'never'),
        column('TRIGGER', 'trigger'),
        column('IMAGE', imageText, 'start'),
        column('STATUS', 'status', 'never'),
        column('ID', 'id', 'never'),
        wideColumn('APPLICATION', 'application'),
        wideColumn('HOOK', 'hook'),
        wideColumn('DIGEST', 'digest'),
        column('WHY', ({ reason, sentence, responseStatus }) =>
          [textOf(reason), textOf(responseStatus), textOf(sentence)].filter((part) => part !== '').join(' · '),
        ),
      ],
      'id',
    );
    if (page.cursor !== undefined) session.hint(`There are more: the same with --cursor ${page.cursor}`);
  });
};

/** A record outlives its trigger or application, so only an empty list makes one ask whether the name is right. */
const refuseStranger = async ({ trigger, application, hook }: CallFilters, session: Session): Promise<void> => {
  const named = application ?? (trigger?.startsWith('!') === true ? trigger.slice(1) : undefined);
  if (trigger?.startsWith('!') === false) await session.ask({ method: 'GET', path: `/v1/triggers/${encodeURIComponent(trigger)}` });
  if (named !== undefined) await session.ask({ method: 'GET', path: `/v1/applications/${encodeURIComponent(named)}` });
  if (hook !== undefined) await session.ask({ method: 'GET', path: `/v1/hooks/${encodeURIComponent(hook)}` });
};
