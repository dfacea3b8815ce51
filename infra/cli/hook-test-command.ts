/** `image-triggers hook test`: a hook tried with a push as its sender would tell of it. `push send --hook` is the same. */
import type { Command } from 'commander';
import { textOf } from '../../functions/core/fields.ts';
import { examples } from './flags.ts';
import type { Io } from './io.ts';
import { begin, withQuery } from './session.ts';
import { showDecisions } from './show-decisions.ts';

export interface TestFlags {
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
}

export const addPushFlags = (command: Command): Command =>
  command
    .requiredOption('--repository <path>', 'host/path, or a path on the registry of the hook')
    .requiredOption('--tag <tag>', 'the tag that was pushed')
    .option('--digest <digest>', 'the digest that it names, as sha256:…');

export const addTestCommand = (hook: Command, io: Io): void => {
  examples(
    addPushFlags(
      hook
        .command('test <name>')
        .description('try a hook with a push as its registry would tell of it: what fires is deployed, and its calls say that it is a test'),
    ).option('--dry-run', 'say what would happen, and do nothing'),
    'hook test acr --repository shop/web --tag v1 --dry-run',
    'hook test acr --repository shop/web --tag v1',
  ).action((name: string, flags: TestFlags, command: Command) => testHook(name, flags, command, io));
};

export const testHook = async (name: string, { repository, tag, digest }: TestFlags, command: Command, io: Io): Promise<void> => {
  const session = await begin(command, io);
  const answer = await session.consult({
    method: 'POST',
    path: withQuery(`/v1/hooks/${encodeURIComponent(name)}/test`, { lang: session.lang }),
    body: { repository, tag, digest, ...(session.dryRun ? { dry: true } : {}) },
  });
  if (answer.delivery !== undefined) session.hint(`It is on its way as if ${textOf(answer.registry)} had sent it: the delivery ${textOf(answer.delivery)}.\n`);
  showDecisions(session, answer);
};
