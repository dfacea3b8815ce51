/** `image-triggers diff`: what files would change. Exit 0: nothing; 1: something; 2: it cannot be said. */
import { type Command, CommanderError } from 'commander';
import { addFileFlags, readPlan } from './apply-command.ts';
import { planItems, planText } from './files/plan-text.ts';
import { examples } from './flags.ts';
import { CliError, ended, type Io } from './io.ts';
import { begin } from './session.ts';

export const addDiffCommand = (program: Command, io: Io): void => {
  examples(
    addFileFlags(program.command('diff').description('show what "apply" of files would change, field by field; exit 0: nothing, 1: something, 2: an error')),
    'diff -f triggers.yaml',
    'diff -f triggers/ --prune -o json',
  ).action(async (flags: DiffFlags, command: Command) => {
    // An answer here is 0 or 1, so whatever prevents one is 2.
    const differs = await answer(flags, command, io).catch((error: unknown) => {
      throw error instanceof CommanderError ? error : new CliError(error instanceof Error ? error.message : String(error), 2);
    });
    if (differs) throw ended(1);
  });
};

interface DiffFlags {
  readonly file: readonly string[];
  readonly prune?: true;
}

const answer = async ({ file, prune }: DiffFlags, command: Command, io: Io): Promise<boolean> => {
  const session = await begin(command, io);
  const plan = await readPlan(file, prune === true, session);
  if (session.reader === 'people') io.out(planText(plan, io));
  else session.showList(planItems(plan), [], 'id');
  if (plan.changes.length > 0) session.hint('Next: image-triggers apply with the same flags');
  return plan.changes.length > 0;
};
