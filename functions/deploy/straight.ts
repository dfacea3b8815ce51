/**
 * What can be seen without the lease: that there is nothing to do, and that one push may go straight to its target.
 *
 * Then the mark of its attempt takes the lease as well, one write instead of two. It does so only if nobody had the lease and
 * no fact changed since the state was looked at; the definition and the rejects were read after that. Nothing may be
 * written, and nobody outside asked, before that mark: so only where nothing else is to be done first.
 */
import { type ApplicationState, isLookAsked, isPending, type OpenCall } from '../core/application.ts';
import type { ApplicationDefinition } from '../core/definitions.ts';
import type { Plan } from '../core/goal.ts';
import { isWish } from './carry-out.ts';
import type { DeployPorts } from './ports.ts';

/** Whether it is worth it to read on: of what is under way, of several pushes, or after a worker died, the lease is taken first. */
export const isCalm = (state: ApplicationState): boolean =>
  state.leaseUntil === undefined &&
  Object.keys(state.open).length <= 1 &&
  Object.values(state.open).every((call) => call.held !== undefined || isPlain(call)) &&
  !isLookAsked(state) &&
  !Object.values(state.runs).some(isPending);

/** Nothing is to be written, and nobody to be woken at another time than is known. */
export const isIdle = (plan: Plan, { dueAt }: ApplicationState, now: number): boolean =>
  plan.promote.length === 0 && isAlone(plan) && plan.work.length === 0 && plan.dueAt === dueAt && (dueAt === undefined || dueAt > now);

/** One push to a target that is called without being read, and whose registry is not asked. */
export const isStraight = async (plan: Plan, { target, templated }: ApplicationDefinition, ports: Pick<DeployPorts, 'target'>): Promise<boolean> => {
  const [push, ...others] = plan.promote;
  if (push === undefined || others.length > 0 || !isPlain(push) || !isAlone(plan) || plan.work.length !== 1 || templated === true) return false;
  const bound = await ports.target(target);
  return bound.ok && bound.value.sight === 'blind';
};

/** Told by a registry that is not asked, and by no person. */
const isPlain = (call: OpenCall): boolean => !isWish(call) && call.access === undefined;

/** Nothing but perhaps a promotion. */
const isAlone = ({ settle, forget, hold, again, finish, rollBack, look, more }: Plan): boolean =>
  [settle, forget, hold, again, finish, rollBack].every(({ length }) => length === 0) && !look && !more;
