/** Files as a plan: nothing of it is done. Ends the command where they are wrong. */
import { misused } from '../io.ts';
import type { Session } from '../session.ts';
import { refuseFiles } from './place.ts';
import { type Plan, planOf } from './plan.ts';
import { readFiles } from './read-definitions.ts';

export const readPlan = async (files: readonly string[], prune: boolean, session: Session): Promise<Plan> => {
  const read = await readFiles(files, session.io);
  if (read.definitions.length === 0) {
    refuseFiles(read.problems);
    throw misused('the files hold no definition: write one, as  image-triggers export  does');
  }
  const plan = await planOf(read, prune, session);
  refuseFiles(plan.problems);
  return plan;
};
