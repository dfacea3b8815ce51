/** Where a rule of EventBridge sends an event: a function or a queue of this engine. */
import type { FunctionPool } from './function-pool.ts';
import type { RuleTarget } from './plan-sources.ts';
import type { Queues } from './queues.ts';

export interface TargetGround {
  readonly pool: (functionName: string) => FunctionPool;
  readonly queues: Queues;
}

export const sendToTarget = ({ to, input }: RuleTarget, event: object, { pool, queues }: TargetGround): void => {
  const sent = input ?? JSON.stringify(event);
  if ('queue' in to) queues.get(to.queue.name)?.send({ body: sent });
  // Asynchronous as on AWS: a failure is in the function's log.
  else void pool(to.function.name).invoke(JSON.parse(sent));
};
