/**
 * What AWS asks in us-east-1, list prices in dollars, and what is assumed of a run there that this machine cannot show.
 * Looked up on 2026-11-25 in the pages below as they are stored; look again before a figure is quoted.
 *
 *   https://aws.amazon.com/api-gateway/pricing/  /lambda/pricing/  /sqs/pricing/  /dynamodb/pricing/on-demand/  /cloudwatch/pricing/
 */
export const PRICED_ON = '2026-11-25';

export type Item = 'requests' | 'invocations' | 'compute' | 'queues' | 'writes' | 'reads' | 'logs';

/** What one of each costs. */
export const PRICES = {
  /** HTTP API, to 300 million a month; up to 512 kB count as one. */
  requests: 1.0 / 1e6,
  invocations: 0.2 / 1e6,
  /** A GB-second on arm64. */
  compute: 0.0000133334,
  /** A request to a standard queue, of up to 64 kB and ten messages. */
  queues: 0.4 / 1e6,
  writes: 0.625 / 1e6,
  reads: 0.125 / 1e6,
  /** A byte taken in by CloudWatch Logs. */
  logs: 0.5 / 2 ** 30,
} as const satisfies Record<Item, number>;

/** What would lower an item. */
export const LOWER = {
  requests: 'a function URL instead of the HTTP API takes its place and costs nothing, but has no throttle and no access log',
  invocations: 'ingest and match in one function, which then answers later',
  compute: 'less memory: the deployment mostly waits for its target',
  queues: 'ingest and match in one function saves a queue; in bursts ten messages share a request',
  writes:
    'no mark before the call of the target (it would no longer be known after a crash), no lists of the calls of an application and of all, no note of a delivery that nobody heard',
  reads: 'queries that need not be consistent cost half',
  logs: 'no access log of the API, or the class for infrequent access, at half the price',
} as const satisfies Record<Item, string>;

export const ASSUMED = {
  /** Of a target that takes its time; the loopback one does not. */
  targetMs: 250,
  /** One invocation in twenty starts a new environment, which is paid for. */
  coldShare: 0.05,
  coldMs: 200,
  /** CloudWatch adds so much to each line. */
  lineBytes: 26,
  /** START, END and REPORT: not written at the log level of the stack. */
  platformBytes: 0,
} as const;
