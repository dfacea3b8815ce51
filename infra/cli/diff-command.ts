/** `image-triggers diff`: what files would change, and what they would have done. Exit 0: nothing differs; 1: something; 2: it cannot be said. */
import { type Command, CommanderError, Option } from 'commander';
import { addFileFlags } from './apply-command.ts';
import type { DiffFlags } from './files/diff.ts';
import { examples, momentText } from './flags.ts';
import { CliError, ended, type Io } from './io.ts';
import { begin } from './session.ts';

export const addDiffCommand = (program: Command, io: Io): void => {
  examples(
    addFileFlags(
      program.command('diff').description('show what "apply" of files would change, field by field; exit 0: nothing, 1: something, 2: an error'),
    ).addOption(
      new Option('--since <when>', 'also replay the pushes since then (30d, 24h, 2026-06-30) by these files: what would have been deployed?').argParser(
        momentText,
      ),
    ),
    'diff -f triggers.yaml',
    'diff -f triggers/ --prune -o json',
    'diff -f triggers.yaml --since 30d',
  ).action(async (flags: DiffFlags, command: Command) => {
    const differs = await answer(flags, command, io).catch((error: unknown) => {
      // An answer here is 0 or 1, so whatever prevents one is 2.
      throw error instanceof CommanderError ? error : new CliError(error instanceof Error ? error.message : String(error), 2);
    });
    if (differs) throw ended(1);
  });
};

const answer = async (flags: DiffFlags, command: Command, io: Io): Promise<boolean> => {
  const session = await begin(command, io);
  const { diff } = await import('./files/diff.ts');
  return diff(flags, session);
};
