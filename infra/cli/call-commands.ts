/** `image-triggers call …` and `image-triggers explain`: what happened, and what would. */
import type { Command } from 'commander';
import { addChangeFlags, callerOf, examples, nameOf, whole } from './flags.ts';
import { type Io, misused } from './io.ts';
import { type Fields, fields, list, textOf, texts } from './json.ts';
import { column, table } from './output.ts';
import { begin, withQuery } from './session.ts';
import { showDecisions } from './show-decisions.ts';

const at = (id: string, rest: string, lang: string | undefined): string => withQuery(`/v1/calls/${encodeURIComponent(id)}${rest}`, { lang });

/** To the second, as a column. */
const shortTime = (time: unknown): string => textOf(time).slice(0, 19).replace('T', ' ');

/** Without a tag it is known by its digest; what concerns the application as a whole has no image. */
const imageText = ({ repository, tag, digest, action }: Fields): string => {
  if (textOf(tag) !== '') return `${textOf(repository)}:${textOf(tag)}`;
  return digest === undefined ? textOf(action) : `${textOf(repository)}@${textOf(digest)}`;
};

export const callPairs = (call: Fields): readonly (readonly [string, unknown])[] => [
  ['Id', call.id],
  ['Status', call.status],
  ['Reason', call.reason],
  ['Why', call.sentence],
  ['What to do', call.cure],
  ['Detail', call.detail],
  ['By', call.by],
  ['Looked at again', call.until],
  ['Trigger', call.trigger],
  ['Application', call.application],
  ['Hook', call.hook],
  ['Source', SOURCES[textOf(call.source)]],
  ['Action', call.action],
  ['Asked because', call.why],
  ['Image', imageText(call)],
  ['Digest', call.digest],
  ['Template version', call.version],
  ['Commit', commitText(fields(call.commit))],
  ['Registry', call.registry],
  [call.action === undefined ? 'Pushed by' : 'Asked by', call.actor],
  ['Redelivery of', call.redeliveryOf],
  ['Delivered again', texts(call.repeats).length === 0 ? undefined : `${texts(call.repeats).length} times`],
  ['Received', call.receivedAt],
  ['Decided', call.decidedAt],
  ['Ended', call.endedAt],
  ['Response status', call.responseStatus],
  ['Response body', call.responseBody],
];

/** Of a push that no sender told of. */
const SOURCES: Readonly<Record<string, string>> = { sweep: 'a look at the registry', test: 'a test of the hook' };

const commitText = ({ revision, source }: Fields): string => [textOf(revision), textOf(source)].filter((part) => part !== '').join(' of ');

export const addCallCommands = (program: Command, io: Io): void => {
  const call = examples(program.command('call').description('the access record: each push and what came of it'), 'call list --trigger release', 'call show ID');

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
      .option('--limit <n>', 'how many', whole, 20)
      .option('--cursor <cursor>', 'go on where the page before ended'),
    'call list',
    'call list --trigger release --status failed,unknown',
    "call list --trigger '!web'",
    'call list --application web --limit 100 -o json',
  ).action(async (flags: { trigger?: string; application?: string; status?: string; limit: number; cursor?: string }, command: Command) => {
    if (flags.limit < 1) throw misused('--limit is 0: give at least 1');
    const session = await begin(command, io);
    const { trigger, application, status, limit, cursor } = flags;
    const page = await session.pages('/v1/calls', { trigger, application, status, lang: session.lang, cursor }, limit);
    // A record outlives its trigger or application, so only an empty list makes one ask whether the name is right.
    if (page.items.length === 0 && cursor === undefined) {
      const named = application ?? (trigger?.startsWith('!') === true ? trigger.slice(1) : undefined);
      if (trigger?.startsWith('!') === false) await session.ask({ method: 'GET', path: `/v1/triggers/${encodeURIComponent(trigger)}` });
      if (named !== undefined) await session.ask({ method: 'GET', path: `/v1/applications/${encodeURIComponent(named)}` });
    }
    session.showList(
      page,
      [
        column('TIME (UTC)', ({ receivedAt }) => shortTime(receivedAt), 'never'),
        column('TRIGGER', 'trigger'),
        column('IMAGE', imageText, 'start'),
        column('STATUS', 'status', 'never'),
        column('ID', 'id', 'never'),
        column('WHY', ({ reason, sentence, responseStatus }) =>
          [textOf(reason), textOf(responseStatus), textOf(sentence)].filter((part) => part !== '').join(' · '),
        ),
      ],
      'id',
    );
    if (page.cursor !== undefined) session.hint(`There are more: the same with --cursor ${page.cursor}`);
  });

  examples(
    call.command('show <id>').description('show a call with every attempt'),
    'call show 01JZ0000000000000000000000.release',
    'call show 01JZ0000000000000000000000.release --lang zh',
  ).action(async (id: string, _: Fields, command: Command) => {
    const session = await begin(command, io);
    const item = await session.ask({ method: 'GET', path: at(id, '', session.lang) });
    session.showOne(item, callPairs(item), 'id');
    const attempts = list(item.attempts);
    if (session.reader !== 'people' || attempts.length === 0) return;
    io.out(
      `\n${table(
        [
          column('ATTEMPT', 'n'),
          column('TIME (UTC)', ({ at }) => shortTime(at), 'never'),
          column('OUTCOME', 'outcome'),
          column('MS', ({ ms }) => ms),
          column('REQUEST', ({ request }) => `${textOf(fields(request).method)} ${textOf(fields(request).url)}`.trim()),
          column('ANSWER', ({ response, error, detail }) =>
            // Without an answer the detail is most often the error itself.
            [textOf(fields(response).status), textOf(fields(fields(response).body).text), textOf(error), detail === error ? '' : textOf(detail)]
              .filter((part) => part !== '')
              .join(' '),
          ),
        ],
        attempts,
        io,
      )}\n`,
    );
  });

  examples(
    addChangeFlags(call.command('redeliver <id>').description('run the image of a call again, at its original place in the order')),
    'call redeliver 01JZ0000000000000000000000.release',
  ).action(async (id: string, _: Fields, command: Command) => {
    const session = await begin(command, io);
    const made = await session.ask({ method: 'POST', path: at(id, '/redeliver', session.lang) });
    session.showOne(made, callPairs(made), 'id');
    session.showHints(made);
    session.hint(`Next: image-triggers call show ${textOf(made.id)}`);
  });

  examples(
    program
      .command('explain <image>')
      .description('say which triggers a push of this image would fire, and why each other would not')
      .option('--hook <name>', 'as if it came through this hook', nameOf),
    'explain registry.example.com/shop/web:release-v3',
    'explain registry.example.com/shop/web:release-v3 --hook acr --lang zh',
  ).action(async (image: string, { hook }: { hook?: string }, command: Command) => {
    const session = await begin(command, io);
    const answer = await session.ask({
      method: 'POST',
      path: withQuery('/v1/explain', { lang: session.lang }),
      body: { image, ...(hook === undefined ? {} : { hook }) },
    });
    showDecisions(session, answer);
  });
};
