/** `image-triggers apply`: makes the API have what files say. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { applyPlan, type Done } from './files/apply-plan.ts';
import { refuseFiles } from './files/place.ts';
import { type Plan, planOf } from './files/plan.ts';
import { deletedNames, losesSecret, planItems, planText } from './files/plan-text.ts';
import { readFiles } from './files/read-definitions.ts';
import { collect, examples } from './flags.ts';
import { type Io, misused } from './io.ts';
import { begin, type Session } from './session.ts';

export const addFileFlags = (command: Command): Command =>
  command
    .requiredOption('-f, --file <path>', 'a file, a folder with all .yaml, .yml and .json below it, or - for standard input; give it again for more', collect)
    .option('--prune', 'delete what no file has, of the kinds (hook, application, trigger) that the files do have; never the hook ecr');

/** What there is to do; nothing of it is done. Ends the command where the files are wrong. */
export const readPlan = async (files: readonly string[], prune: boolean, session: Session): Promise<Plan & { readonly definitions: number }> => {
  const read = await readFiles(files, session.io);
  if (read.definitions.length === 0) {
    refuseFiles(read.problems);
    throw misused('the files hold no definition: write one, as  image-triggers export  does');
  }
  const plan = await planOf(read, prune, session);
  refuseFiles(plan.problems);
  return { ...plan, definitions: read.definitions.length };
};

export const addApplyCommand = (program: Command, io: Io): void => {
  examples(
    addFileFlags(program.command('apply').description('make hooks, applications and triggers as files have them; what is so already stays untouched'))
      .option('--dry-run', 'show what would be done, and do nothing')
      .option('--yes', 'delete without asking'),
    'apply -f triggers.yaml',
    'apply -f triggers/ --prune --dry-run',
    'export | image-triggers apply -f - --stack production',
  ).action(async ({ file, prune, dryRun }: { file: readonly string[]; prune?: true; dryRun?: true }, command: Command) => {
    const session = await begin(command, io);
    const plan = await readPlan(file, prune === true, session);
    if (dryRun === true) {
      if (session.reader === 'people') io.out(planText(plan, io));
      else session.showList(planItems(plan), [], 'id');
      return session.hint('Nothing was done: without --dry-run it is.');
    }
    const [gone, lost] = [deletedNames(plan.changes), plan.changes.filter(losesSecret).map(({ name }) => name)];
    const effects = [...(gone === '' ? [] : [`This deletes ${gone}.`]), ...(lost.length === 0 ? [] : [`This ends the secret of ${lost.join(', ')}.`])];
    if (effects.length > 0) await session.confirm(() => `${planText(plan, io)}${effects.join(' ')} Go on?`);
    await carryOut(plan, session);
  });
};

const carryOut = async ({ changes, unchanged }: Plan, session: Session): Promise<void> => {
  const all: Done[] = [];
  try {
    await applyPlan(changes, {
      ask: session.ask,
      newSecret: () => randomBytes(32).toString('base64url'),
      done: (done) => {
        all.push(done);
        // At once, since a URL is shown this once, whatever comes after.
        if (session.reader === 'people') session.io.out(`${done.id} ${done.did}${done.url === undefined ? '' : `  ${done.url}`}\n`);
      },
    });
  } finally {
    if (session.reader !== 'people') session.showList({ items: all.map((done) => ({ ...done })) }, [], 'id');
  }
  session.hint(`${unchanged} unchanged.`);
  if (all.some(({ url }) => url !== undefined)) session.hint('A URL is a secret and is shown this once. Where to paste it: image-triggers hook guide NAME');
  for (const { id, next } of all) if (next !== undefined) session.hint(`${id} refuses its deliveries until its secret is set: ${next}`);
  session.hint(all.length === 0 ? 'Next: image-triggers call list' : 'Next: image-triggers diff with the same files finds nothing.');
};
