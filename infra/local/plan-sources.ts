/** What calls functions without a request: `AWS::Lambda::EventSourceMapping` of queues, and `AWS::Events::Rule` at a rate or for events. */
import { type Matches, readEventPattern } from './event-pattern.ts';
import { fields, list, optionalFields, optionalList, optionalNumber, optionalText, text } from './json.ts';
import type { Resolved, Stacks } from './plan.ts';
import { type FunctionSpec, functionOf } from './plan-functions.ts';
import { nameOfArn, type QueueSpec } from './plan-queues.ts';

export interface MappingSpec {
  readonly queue: QueueSpec;
  readonly function: FunctionSpec;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly maxConcurrency?: number;
  /** `ReportBatchItemFailures`: without it a batch succeeds or fails as a whole. */
  readonly partialFailures: boolean;
}

export interface RuleSpec {
  readonly name: string;
  readonly arn: string;
  readonly everyMs: number;
  readonly targets: readonly RuleTarget[];
}

/** A rule of the default bus that waits for events. */
export interface EventRuleSpec extends Omit<RuleSpec, 'everyMs'> {
  readonly matches: Matches;
}

export interface RuleTarget {
  readonly to: { readonly function: FunctionSpec } | { readonly queue: QueueSpec };
  /** JSON that is sent instead of the event. */
  readonly input?: string;
}

export const readMappings = (stacks: Stacks, queues: readonly QueueSpec[], functions: readonly FunctionSpec[]): readonly MappingSpec[] =>
  stacks
    .ofType('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => properties.Enabled !== false)
    .map(({ properties, where }) => {
      if (properties.FilterCriteria !== undefined) throw new Error(`${where}: has FilterCriteria, which the local engine does not emulate`);
      const source = text(properties.EventSourceArn, `${where} EventSourceArn`);
      const maxConcurrency = optionalNumber(optionalFields(properties.ScalingConfig, where).MaximumConcurrency, where);
      return {
        queue: queueOf(source, queues, where),
        function: functionNamed(text(properties.FunctionName, `${where} FunctionName`), functions, where),
        batchSize: optionalNumber(properties.BatchSize, where) ?? 10,
        windowMs: (optionalNumber(properties.MaximumBatchingWindowInSeconds, where) ?? 0) * 1000,
        ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
        partialFailures: optionalList(properties.FunctionResponseTypes, where).includes('ReportBatchItemFailures'),
      };
    });

const functionNamed = (name: string, functions: readonly FunctionSpec[], where: string): FunctionSpec =>
  functions.find((candidate) => candidate.name === name) ?? functionOf(name, functions, where);

const queueOf = (arn: string, queues: readonly QueueSpec[], where: string): QueueSpec => {
  const found = queues.find((queue) => queue.arn === arn);
  if (found === undefined)
    throw new Error(`${where}: ${arn} is no queue of this assembly (${queues.map(({ arn: known }) => nameOfArn(known)).join(', ') || 'it has none'})`);
  return found;
};

/** Rules at a rate. */
export const readRules = (stacks: Stacks, queues: readonly QueueSpec[], functions: readonly FunctionSpec[]): readonly RuleSpec[] =>
  enabledRules(stacks)
    .filter(({ properties }) => properties.EventPattern === undefined)
    .map((rule) => ({ ...readRule(rule, queues, functions), everyMs: readRate(rule) }));

/** Rules for events. */
export const readEventRules = (stacks: Stacks, queues: readonly QueueSpec[], functions: readonly FunctionSpec[]): readonly EventRuleSpec[] =>
  enabledRules(stacks)
    .filter(({ properties }) => properties.EventPattern !== undefined)
    .map((rule) => {
      const { properties, where } = rule;
      if (properties.ScheduleExpression !== undefined)
        throw new Error(`${where}: has a schedule and an EventPattern; the local engine runs rules with one of them`);
      if (properties.EventBusName !== undefined) throw new Error(`${where}: is a rule of another event bus; the local engine has the default one only`);
      return { ...readRule(rule, queues, functions), matches: readEventPattern(properties.EventPattern, `${where} EventPattern`) };
    });

const enabledRules = (stacks: Stacks): readonly Resolved[] => stacks.ofType('AWS::Events::Rule').filter(({ properties }) => properties.State !== 'DISABLED');

const readRule = (rule: Resolved, queues: readonly QueueSpec[], functions: readonly FunctionSpec[]): Omit<RuleSpec, 'everyMs'> => ({
  name: rule.identity.ref,
  arn: text(rule.identity.attributes.Arn, rule.where),
  targets: list(rule.properties.Targets, `${rule.where} Targets`).map((value) => readTarget(value, rule, queues, functions)),
});

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const readRate = ({ properties, where }: Resolved): number => {
  const expression = text(properties.ScheduleExpression, `${where} ScheduleExpression`);
  const match = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  const unit = UNIT_MS[match?.[2] ?? ''];
  if (match?.[1] === undefined || unit === undefined)
    throw new Error(`${where}: the schedule ${expression} is not known to the local engine; it knows rate(N minutes|hours|days)`);
  return Number(match[1]) * unit;
};

const readTarget = (value: unknown, { where }: Resolved, queues: readonly QueueSpec[], functions: readonly FunctionSpec[]): RuleTarget => {
  const target = fields(value, `${where} Targets`);
  const arn = text(target.Arn, `${where} Targets Arn`);
  if (target.InputTransformer !== undefined || target.InputPath !== undefined)
    throw new Error(`${where}: transforms its input, which the local engine does not emulate; use Input`);
  const input = optionalText(target.Input, `${where} Targets Input`);
  const to = arn.startsWith('arn:aws:sqs:') ? { queue: queueOf(arn, queues, where) } : { function: functionOf(arn, functions, where) };
  return { to, ...(input === undefined ? {} : { input }) };
};
