/** Row `dollars`: what a million pushes cost, from what a run through the whole local engine asked of AWS, and the bytes that it logged. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { readAssembly } from '../../infra/local/assembly.ts';
import { runEngine } from '../../infra/local/engine.ts';
import { fields, text } from '../../infra/local/json.ts';
import { DEFAULT_OPTIONS } from '../../infra/local/options.ts';
import { startChild } from './child.ts';
import { makeDeliveries, tagOf } from './deliveries.ts';
import { type BenchEngine, defineOn } from './engine.ts';
import { exactly } from './figure.ts';
import { generateLoad } from './generate-load.ts';
import { type Counts, makeMeter } from './meter.ts';
import { ASSUMED, type Item, LOWER, PRICED_ON, PRICES } from './prices.ts';
import type { Finding, Found, Ground, Row } from './row.ts';

const APPLICATIONS = 32;
const NO_APPLICATION = 999;

interface Metered extends Counts {
  /** Of memory in GB × seconds. */
  readonly gbSeconds: number;
  readonly pushes: number;
  readonly deployments: number;
  readonly lines: number;
  readonly logBytes: number;
}

interface Scenario {
  readonly what: string;
  /** Dollars per million. */
  readonly goal: number;
  readonly cause: string;
  send(send: (application: number, tag: string) => Promise<void>, n: number): Promise<void>;
}

/** What the goal did not know of. */
const DELIVERY =
  'a hook keeps what nobody heard, so that it can say why nothing happened: a write of $0.63 more; without a queue between ingest and match it would be $1.20 less';
const BUSY = 'invocations took long, for something else ran on this machine; or more is written than the items below say';

const ONE_BY_ONE: readonly Scenario[] = [
  { what: 'fired', goal: 13, cause: BUSY, send: (send, n) => send(n % APPLICATIONS, tagOf(n)) },
  { what: 'decided and not fired', goal: 5.2, cause: BUSY, send: (send, n) => send(n % APPLICATIONS, `nightly-${n}`) },
  { what: 'no trigger', goal: 3.4, cause: DELIVERY, send: (send, n) => send(NO_APPLICATION, tagOf(n)) },
];

/** Amounts of each item for one push. */
const amounts = (
  { pushes, deployments, requests, invocations, gbSeconds, queues, writes, reads, lines, logBytes }: Metered,
  gbOf: Memory,
): Record<Item, number> => ({
  requests: requests / pushes,
  invocations: invocations / pushes,
  compute:
    (gbSeconds + deployments * gbOf('deploy') * (ASSUMED.targetMs / 1_000) + invocations * ASSUMED.coldShare * gbOf('match') * (ASSUMED.coldMs / 1_000)) /
    pushes,
  queues: queues / pushes,
  writes: writes / pushes,
  reads: reads / pushes,
  logs: (logBytes + lines * (ASSUMED.lineBytes + ASSUMED.platformBytes)) / pushes,
});

type Memory = (logName: string) => number;

const dollarsOf = (metered: Metered, gbOf: Memory): { readonly total: number; readonly largest: readonly string[] } => {
  const each = Object.entries(amounts(metered, gbOf)).flatMap(([name, amount]) =>
    isItem(name) ? [{ name, amount, dollars: amount * PRICES[name] * 1e6 }] : [],
  );
  return {
    total: each.reduce((sum, { dollars }) => sum + dollars, 0),
    largest: each
      .toSorted((a, b) => b.dollars - a.dollars)
      .slice(0, 3)
      .map(({ name, amount, dollars }) => `$${dollars.toFixed(2)} ${name} (${Number(amount.toPrecision(3))} a push); lower: ${LOWER[name]}`),
  };
};
const isItem = (name: string): name is Item => Object.hasOwn(PRICES, name);

const measure = async (ground: Ground): Promise<Found> => {
  const [count, burst] = ground.full ? [100, 640] : [25, 128];
  const assembly = await ground.assembly();
  const data = mkdtempSync(join(ground.room, 'metered-'));
  const sink = startChild('sink.ts', {});
  const { port } = await sink.hear(z.object({ port: z.number() }));
  const memory = new Map<string, number>();
  const gbOf: Memory = (name) => (memory.get([...memory.keys()].find((logName) => logName.startsWith(name)) ?? '') ?? 0) / 1_024;
  const meter = makeMeter((logName) => memory.get(logName) ?? 0);
  const engine = await runEngine({ ...DEFAULT_OPTIONS, port: 0, data, allow: [`127.0.0.1:${port}`] }, assembly, () => undefined, meter.witness);
  try {
    for (const { logName, memoryMb } of engine.plan.functions) memory.set(logName, memoryMb);
    const bench = await defineOn(engine, APPLICATIONS, port);
    const accessLine = accessLogLine(assembly);
    const metered = async (pushes: number, act: () => Promise<unknown>): Promise<Omit<Metered, 'gbSeconds'>> => {
      const [logged, deployments] = [logOf(data), await bench.deployments()];
      meter.take();
      await act();
      await calm(bench);
      const counts = meter.take();
      const after = logOf(data);
      return {
        ...counts,
        pushes,
        deployments: (await bench.deployments()) - deployments,
        lines: after.lines - logged.lines + pushes,
        logBytes: after.bytes - logged.bytes + pushes * accessLine,
      };
    };
    const post = poster(bench);
    const findings: Finding[] = [];
    let alone = 0;
    for (const { what, goal, cause, send } of ONE_BY_ONE) {
      await send(post, 1_000_000);
      await calm(bench);
      const each = async (from: number): Promise<void> => {
        for (let n = from; n < from + count; n += 1) {
          await send(post, n);
          await calm(bench);
        }
      };
      const run = { ...(await metered(count, () => each(0))), gbSeconds: await meter.time(() => each(count)) };
      const { total, largest } = dollarsOf(run, gbOf);
      findings.push({
        what: `a million pushes, ${what}, one at a time`,
        unit: '$',
        ours: exactly(total),
        goal: { of: 'ours', is: 'at most', value: goal },
        cause,
        notes: [`at the prices of ${PRICED_ON}`, ...largest],
      });
      if (what === 'fired') findings.push(logBytes(run, accessLine));
      if (what === 'fired') alone = run.gbSeconds / count;
    }
    const together = await metered(burst, () =>
      generateLoad({ url: bench.webhookUrl, from: 5_000, count: burst, connections: 16, applications: APPLICATIONS }),
    );
    // How long invocations take while all of them share two cores says nothing of Lambda: at most as long as alone.
    const run = { ...together, gbSeconds: alone * burst };
    const { total, largest } = dollarsOf(run, gbOf);
    findings.push({
      what: `a million pushes, fired, in bursts of ${burst}`,
      unit: '$',
      ours: exactly(total),
      goal: { of: 'ours', is: 'at most', value: 13 },
      cause: 'messages were handed over one by one, or what the items below say',
      notes: [`${((run.deployments / burst) * 100).toFixed(0)} % deployed, the rest coalesced`, ...largest],
    });
    return { is: 'found', findings };
  } finally {
    await engine.stop();
    await sink.end();
  }
};

const logBytes = ({ logBytes: all, pushes }: Pick<Metered, 'logBytes' | 'pushes'>, accessLine: number): Finding => ({
  what: 'logged by a push that fired',
  unit: 'bytes',
  ours: exactly(all / pushes),
  goal: { of: 'ours', is: 'at most', value: 400 },
  cause:
    'a line each of ingest, match and deploy, and one of the API; each says a whole id, so that a call can be followed; names are longer than usual, or a line says more than it has to',
  notes: [
    `${Math.round(all / pushes - accessLine)} by the functions, ${accessLine} by the access log of the API; no platform lines at the log level of the stack`,
  ],
});

/** Queues are not looked at all at once: what went on between two of these looks is found by the next ones. */
const calm = async ({ quiet }: Pick<BenchEngine, 'quiet'>): Promise<void> => {
  await quiet();
  await quiet();
};

const poster = ({ webhookUrl }: Pick<BenchEngine, 'webhookUrl'>) => {
  const deliver = makeDeliveries();
  return async (application: number, tag: string): Promise<void> => {
    const { headers, body } = deliver(application, tag);
    const { status } = await fetch(webhookUrl, { method: 'POST', headers, body: new Uint8Array(body) });
    if (status !== 202) throw new Error(`a push of ${tag} was answered ${status}`);
  };
};

/** Lines as the functions wrote them: without the time that the engine puts before them, which CloudWatch keeps beside. The tick is not a push's. */
const logOf = (data: string): { readonly lines: number; readonly bytes: number } => {
  const directory = join(data, 'logs');
  const lines = readdirSync(directory)
    .filter((name) => name !== 'engine.ndjson')
    .flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n'))
    .filter((line) => line !== '' && !line.includes('"event":"tick'))
    .map((line) => {
      const { time: _beside, ...written } = fields(JSON.parse(line), 'a line of the log');
      return JSON.stringify(written);
    });
  return { lines: lines.length, bytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0) };
};

/** As long as what stands for a variable of the access log usually is. */
const USUAL = { requestId: 16, routeKey: 18, status: 3 };

const accessLogLine = (assembly: string): number => {
  const stages = readAssembly(assembly).stacks.flatMap(({ resources }) => [...resources.values()].filter(({ type }) => type === 'AWS::ApiGatewayV2::Stage'));
  const format = text(fields(stages[0]?.properties.AccessLogSettings, 'AccessLogSettings').Format, 'Format');
  return format.replace(/\$context\.(\w+)/g, (_all, name: string) => 'x'.repeat(Object.entries(USUAL).find(([known]) => known === name)?.[1] ?? 1)).length;
};

export const dollars: Row = {
  about: 'requests, units, invocations and log bytes of the whole local engine × the list prices of AWS',
  against: 'goals (a usual design: $13.6 to $20)',
  measure,
};
