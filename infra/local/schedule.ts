/** EventBridge rules at a rate: once when the engine is ready (it may have been down for long), then at every period. */
import type { RuleSpec } from './plan-sources.ts';
import { sendToTarget, type TargetGround } from './rule-target.ts';

interface ScheduleGround extends TargetGround {
  readonly rules: readonly RuleSpec[];
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
        for (const target of rule.targets) sendToTarget(target, scheduledEvent(rule, ground), ground);
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
