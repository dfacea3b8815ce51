/** `image-triggers call …`: what happened. */
import type { Command } from 'commander';
import { type Fields, fields, list, textOf } from '../../functions/core/fields.ts';
import { addCallListCommand } from './call-list-command.ts';
import { callPairs, shortTime } from './call-text.ts';
import { addExplainCommand } from './explain-command.ts';
import { addChangeFlags, examples } from './flags.ts';
import { ended, type Io } from './io.ts';
import { column, table } from './output.ts';
import { begin, type Session, withQuery } from './session.ts';
import { shellWord } from './shell-word.ts';
import { watchCall } from './watch-call.ts';

const at = (id: string, rest: string, lang: string | undefined): string => withQuery(`/v1/calls/${encodeURIComponent(id)}${rest}`, { lang });

export const addCallCommands = (program: Command, io: Io): void => {
  const call = examples(program.command('call').description('the access record: each push and what came of it'), 'call list --trigger release', 'call show ID');

  addCallListCommand(call, io);
  examples(
    call
      .command('show <id>')
      .description('show a call with every attempt')
      .option('--watch', 'wait until it has ended, saying what changes; ends with 1 where it failed, or nobody knows'),
    'call show 01JZ0000000000000000000000.release',
    'call show 01JZ0000000000000000000000.release --watch',
    'call show 01JZ0000000000000000000000.release --lang zh',
  ).action(async (id: string, { watch }: { watch?: true }, command: Command) => {
    const session = await begin(command, io);
    const read = (): Promise<Fields> => session.ask({ method: 'GET', path: at(id, '', session.lang) });
    const watched = watch === true ? await watchCall(session, read) : undefined;
    showCall(session, watched?.call ?? (await read()));
    if (watched !== undefined && watched.exitCode !== 0) throw ended(watched.exitCode);
  });

  examples(
    addChangeFlags(call.command('redeliver <id>').description('run the image of a call again, at its original place in the order')),
    'call redeliver 01JZ0000000000000000000000.release',
  ).action(async (id: string, _: Fields, command: Command) => {
    const session = await begin(command, io);
    const made = await session.ask({ method: 'POST', path: at(id, '/redeliver', session.lang) });
    session.showOne(made, callPairs(made), 'id');
    session.showHints(made);
    session.hint(`Next: image-triggers call show ${shellWord(textOf(made.id))}`);
  });
  addExplainCommand(program, io);
};

const showCall = (session: Session, call: Fields): void => {
  session.showOne(call, callPairs(call), 'id');
  const attempts = list(call.attempts);
  if (session.reader !== 'people' || attempts.length === 0) return;
  session.io.out(
    `\n${table(
      [
        column('ATTEMPT', 'n'),
        column('TIME (UTC)', ({ at }) => shortTime(at), 'never'),
        column('OUTCOME', 'outcome'),
        column('MS', ({ ms }) => ms),
        column('REQUEST', ({ request }) => `${textOf(fields(request).method)} ${textOf(fields(request).url)}`.trim()),
        column('ANSWER', ({ response, error, detail }) => {
          const { status, body } = fields(response);
          // Most often the detail is the error itself, or begins with the answer that stands here already.
          const known = detail === error || (status !== undefined && textOf(detail).startsWith(`answered ${textOf(status)}`));
          return [textOf(status), textOf(fields(body).text), textOf(error), known ? '' : textOf(detail)].filter((part) => part !== '').join(' ');
        }),
      ],
      attempts,
      session.io,
      session.format,
      session.lang,
    )}\n`,
  );
};
