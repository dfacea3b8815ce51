/** EventBridge rules at a rate: once when the engine is ready (it may have been down for long), then at every period. */
import type { FunctionPool } from './function-pool.ts';
import type { RuleSpec, RuleTarget } from './plan-sources.ts';
import type { Queues } from './queues.ts';

export interface ScheduleGround {
  readonly rules: readonly RuleSpec[];
  readonly pool: (functionName: string) => FunctionPool;
  readonly queues: Queues;
  readonly account: string;
  readonly region: string;
  readonly now: () => number;
  readonly newId: () => string;
  readonly log: (line: string) => void;
}

/** Gives the function that ends it. */
export const startSchedule = (ground: ScheduleGround): (() => void) => {
  const timers = ground.rules.map((rule) => {
    const fire = (): void => {
      try {
        for (const target of rule.targets) send(target, rule, ground);
      } catch (error) {
        // A full disk, for example: the next period comes anyway.
        ground.log(JSON.stringify({ event: 'rule.failed', rule: rule.arn, error: error instanceof Error ? error.message : String(error) }));
      }
    };
    fire();
    return setInterval(fire, rule.everyMs);
  });
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
};

const send = ({ to, input }: RuleTarget, rule: RuleSpec, ground: ScheduleGround): void => {
  const event = input ?? JSON.stringify(scheduledEvent(rule, ground));
  if ('queue' in to) ground.queues.get(to.queue.name)?.send({ body: event });
  // A failure is in the function's log; the next period comes anyway.
  else void ground.pool(to.function.name).invoke(JSON.parse(event));
};

const scheduledEvent = (rule: RuleSpec, { account, region, now, newId }: ScheduleGround): object => ({
  version: '0',
  id: newId(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account,
  time: new Date(now()).toISOString().replace(/\.\d+Z$/, 'Z'),
  region,
  resources: [rule.arn],
  detail: {},
});
