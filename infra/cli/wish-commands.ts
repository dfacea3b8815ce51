/** `image-triggers application deploy|rollback|redeploy|hold|release|reject|unreject|refresh`: what people ask of an application. */
import type { Command } from 'commander';
import { type Fields, textOf } from '../../functions/core/fields.ts';
import { callPairs } from './call-text.ts';
import { addChangeFlags, callIdOf, examples, whole } from './flags.ts';
import type { Io } from './io.ts';
import { begin, type Session } from './session.ts';
import { shellWord } from './shell-word.ts';
import { showApplication } from './show-application.ts';

const at = (name: string, action: string): string => `/v1/applications/${encodeURIComponent(name)}/${action}`;

const REASON = ['--why <text>', 'the reason, for the record'] as const;

export const addWishCommands = (application: Command, io: Io): void => {
  /** A wish becomes a call; what it came to is for a later look. */
  const tell = async (session: Session, name: string, action: string, body: Fields): Promise<void> => {
    const call = await session.ask({ method: 'POST', path: at(name, action), body });
    session.showOne(call, callPairs(call), 'id');
    session.showHints(call);
    session.hint(`Next: image-triggers call show ${shellWord(textOf(call.id))}`);
    if (action !== 'redeploy') session.hint(`Later: image-triggers application release ${name}`);
  };

  examples(
    addChangeFlags(
      application
        .command('deploy <name> <image>')
        .description('run this image, whatever was pushed, and hold: newer pushes wait until "release"')
        .option(...REASON),
    ),
    'application deploy web registry.example.com/shop/web:v3',
    'application deploy web registry.example.com/shop/web@sha256:… --why "hotfix 12"',
  ).action(async (name: string, image: string, { why }: Fields, command: Command) => tell(await begin(command, io), name, 'deploy', { image, why }));

  examples(
    addChangeFlags(
      application
        .command('rollback <name>')
        .description('go back to what ran before, to what a call deployed, or to a version of the template, and hold until "release"')
        .option('--to-call <id>', 'to what this call deployed', callIdOf)
        .option('--to-version <number>', 'to this version of its template', whole)
        .option('--repository <repository>', 'of this repository, where the application runs several')
        .option(...REASON),
    ),
    'application rollback web',
    'application rollback web --to-call 01JZ0000000000000000000000.release --why "5xx since v3"',
    'application rollback web --to-version 4',
  ).action(async (name: string, { toCall, toVersion, repository, why }: Fields, command: Command) =>
    tell(await begin(command, io), name, 'rollback', { call: toCall, version: toVersion, repository, why }),
  );

  examples(
    addChangeFlags(
      application
        .command('redeploy <name>')
        .description('restart what runs; where the application has a template, apply its newest version')
        .option(...REASON),
    ),
    'application redeploy web',
  ).action(async (name: string, { why }: Fields, command: Command) => tell(await begin(command, io), name, 'redeploy', { why }));

  /** A fact is noted; the answer is the application as it is now. */
  const note = async (session: Session, method: 'POST' | 'DELETE', path: string, body?: Fields): Promise<Fields> =>
    session.ask({ method, path, ...(body === undefined ? {} : { body }) });

  examples(
    addChangeFlags(
      application
        .command('hold <name>')
        .description('let pushes wait until "release"')
        .option(...REASON),
    ),
    'application hold web --why "trade fair until Friday"',
  ).action(async (name: string, { why }: Fields, command: Command) => {
    const session = await begin(command, io);
    showApplication(session, await note(session, 'POST', at(name, 'hold'), { why }));
    session.hint(`Later: image-triggers application release ${name}`);
  });

  examples(
    addChangeFlags(application.command('release <name>').description('end the hold: of what was pushed meanwhile the newest is deployed')),
    'application release web',
  ).action(async (name: string, _: Fields, command: Command) => {
    const session = await begin(command, io);
    showApplication(session, await note(session, 'POST', at(name, 'release'), {}));
    session.hint(`Next: image-triggers application show ${name}`);
  });

  examples(
    addChangeFlags(
      application
        .command('reject <name> <digest>')
        .description('never deploy this digest, until "unreject"')
        .option(...REASON),
    ),
    'application reject web sha256:… --why CVE-2026-1234',
  ).action(async (name: string, digest: string, { why }: Fields, command: Command) => {
    const session = await begin(command, io);
    const answer = await note(session, 'POST', at(name, 'reject'), { digest, why });
    showApplication(session, answer);
    session.showHints(answer);
    session.hint(`Later: image-triggers application unreject ${name} ${digest}`);
  });

  examples(addChangeFlags(application.command('unreject <name> <digest>').description('take a rejection back')), 'application unreject web sha256:…').action(
    async (name: string, digest: string, _: Fields, command: Command) => {
      const session = await begin(command, io);
      const answer = await note(session, 'DELETE', at(name, `reject/${encodeURIComponent(digest)}`));
      session.showOne(answer, [['No longer rejected', answer.digest]], 'digest');
      session.hint(`Next: push the image again, or  image-triggers application deploy ${name} IMAGE`);
    },
  );

  examples(
    addChangeFlags(application.command('refresh <name>').description('look at the target again, and note what really runs there')),
    'application refresh web',
  ).action(async (name: string, _: Fields, command: Command) => {
    const session = await begin(command, io);
    showApplication(session, await note(session, 'POST', at(name, 'refresh'), {}));
    session.hint(`Next: image-triggers application show ${name}`);
  });
};
