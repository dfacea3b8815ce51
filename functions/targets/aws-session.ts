/** One assumed role for all that an attempt does, opened at its first question and ended with it; what AWS refuses becomes an outcome. */
import type { Outcome, Rollout, Why } from '../core/outcome.ts';
import { type AwsProblem, awsProblem } from './aws-errors.ts';
import type { TargetIo } from './target.ts';

export type Refused = Extract<AwsProblem, { is: 'refused' }>;
type Unavailable = Extract<Outcome, { is: 'unavailable' }>;

export const refusal = (code: Why['code'], detail: string): Refused => ({ is: 'refused', why: { code, detail } });

/** `answered: true` throughout: a readable target is read again before anything is repeated, so nothing stays unknown. */
export const awsSession = <C extends object, A>(connect: (config: C, application: string, io: TargetIo) => Promise<A>) => {
  const connections = new WeakMap<TargetIo, { readonly config: C; readonly api: Promise<A> }>();
  const connection = (config: C, application: string, io: TargetIo): Promise<A> => {
    const present = connections.get(io);
    if (present?.config === config) return present.api;
    const api = connect(config, application, io);
    connections.set(io, { config, api });
    return api;
  };
  return async <T>(config: C, io: TargetIo, work: (api: A) => Promise<T>): Promise<T | Refused | Unavailable> => {
    const application = io.idempotencyKey.slice(0, io.idempotencyKey.lastIndexOf('.'));
    try {
      return await work(await connection(config, application, io));
    } catch (error) {
      const problem = awsProblem(error, application);
      return problem.is === 'refused' ? problem : { ...problem, answered: true };
    }
  };
};

/** A permission may be given while the rollout goes on; what is gone does not come back. */
export const observed = (look: Rollout | Refused | Unavailable): Rollout | { readonly is: 'unavailable'; readonly why: Why } => {
  if (look.is !== 'refused') return look;
  return look.why.code === 'access-denied' ? { is: 'unavailable', why: look.why } : { is: 'failed', why: look.why, evidence: '' };
};
