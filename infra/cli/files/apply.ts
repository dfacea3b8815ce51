/** What `image-triggers apply` does: the plan shown, or asked about where something would be lost, and carried out. */
import type { Session } from '../session.ts';
import { applyPlan, type Done } from './apply-plan.ts';
import type { Plan } from './plan.ts';
import { deletedNames, losesSecret, planItems, planText, revokedUrls } from './plan-text.ts';
import { readPlan } from './read-plan.ts';

export interface ApplyFlags {
  readonly file: readonly string[];
  readonly prune?: true;
  readonly dryRun?: true;
  /** Whatever is done: for who has not seen what the file says. */
  readonly asks?: true;
}

export const apply = async ({ file, prune, dryRun, asks }: ApplyFlags, session: Session): Promise<void> => {
  const { io } = session;
  const plan = await readPlan(file, prune === true, session);
  if (dryRun === true) {
    if (session.reader === 'people') io.out(planText(plan, io));
    else session.showList(planItems(plan), [], 'id');
    session.hint('Nothing was done: without --dry-run it is.');
    return;
  }
  const [gone, lost] = [deletedNames(plan.changes), plan.changes.filter(losesSecret).map(({ name }) => name)];
  const revoked = plan.changes.filter((change) => revokedUrls(change).length > 0).map(({ name }) => name);
  const effects = [
    ...(gone === '' ? [] : [`This deletes ${gone}.`]),
    ...(lost.length === 0 ? [] : [`This ends the secret of ${lost.join(', ')}.`]),
    ...(revoked.length === 0 ? [] : [`This ends trigger URLs of ${revoked.join(', ')}.`]),
  ];
  if (effects.length > 0 || (asks === true && plan.changes.length > 0)) await session.confirm(() => `${planText(plan, io)}${[...effects, 'Go on?'].join(' ')}`);
  await carryOut(plan, session);
};

const carryOut = async ({ changes, unchanged }: Plan, session: Session): Promise<void> => {
  const all: Done[] = [];
  try {
    await applyPlan(changes, {
      ask: session.ask,
      see: session.see,
      done: (done) => {
        all.push(done);
        // At once, since a URL is shown this once, whatever comes after.
        if (session.reader === 'people')
          session.io.out(`${done.id} ${done.did}${done.label === undefined ? '' : ` for ${done.label}`}${done.url === undefined ? '' : `  ${done.url}`}\n`);
      },
    });
  } finally {
    if (session.reader !== 'people') session.showList({ items: all.map((done) => ({ ...done })) }, [], 'id');
  }
  session.hint(`${unchanged} unchanged.`);
  const shown = all.filter(({ url }) => url !== undefined);
  if (shown.length > 0) session.hint('A URL is a secret and is shown this once.');
  if (shown.some(({ id }) => id.startsWith('hook/'))) session.hint('Where to paste that of a hook: image-triggers hook guide NAME');
  for (const { id, next } of all) if (next !== undefined) session.hint(`${id} refuses its deliveries until its secret is set: ${next}`);
  if (all.length > 0) session.hint('Next: push an image, then  image-triggers call list');
};
