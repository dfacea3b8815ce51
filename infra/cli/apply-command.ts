/** `image-triggers apply`: makes the API have what files say. What it does is loaded when it is asked for. */
import type { Command } from 'commander';
import type { ApplyFlags } from './files/apply.ts';
import { collect, examples } from './flags.ts';
import type { Io } from './io.ts';
import { begin } from './session.ts';

export const addFileFlags = (command: Command): Command =>
  command
    .requiredOption('-f, --file <path>', 'a file, a folder with all .yaml, .yml and .json below it, or - for standard input; give it again for more', collect)
    .option('--prune', 'delete what no file has, of the kinds (hook, application, trigger) that the files do have; never the hook ecr');

export const addApplyCommand = (program: Command, io: Io): void => {
  examples(
    addFileFlags(program.command('apply').description('make hooks, applications and triggers as files have them; what is so already stays untouched'))
      .option('--dry-run', 'show what would be done, and do nothing')
      .option('--yes', 'delete without asking'),
    'apply -f triggers.yaml',
    'apply -f triggers/ --prune --dry-run',
    'export | image-triggers apply -f - --stack production',
  ).action(async (flags: ApplyFlags, command: Command) => {
    const session = await begin(command, io);
    const { apply } = await import('./files/apply.ts');
    await apply(flags, session);
  });
};
