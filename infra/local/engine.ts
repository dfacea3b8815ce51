/** Runs a cloud assembly on this machine, in this process: HTTP API, functions, queues, tables, event sources, rules. */
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { readAssembly } from './assembly.ts';
import { openBackends } from './backends.ts';
import { calm, makeChaos } from './chaos.ts';
import { claim } from './claim.ts';
import { type Endpoint, forgetEndpoint, readIdentity, writeEndpoint } from './data-directory.ts';
import { makeDockerClient } from './docker-client.ts';
import { openDockerDoor } from './docker-door.ts';
import { type EventSource, startEventSource } from './event-source.ts';
import { deleteExpired } from './expiry.ts';
import { startFront } from './front.ts';
import { environmentOf } from './function-environment.ts';
import { type FunctionPool, makeFunctionPool } from './function-pool.ts';
import { startGuard } from './guard.ts';
import { makeHttpApi } from './http-api.ts';
import { listen } from './listen.ts';
import { openLogs } from './log-files.ts';
import { makeDirectory } from './make-directory.ts';
import type { EngineOptions } from './options.ts';
import { ACCOUNT, queueArn, REGION } from './place.ts';
import { makePlan, type Plan } from './plan.ts';
import { startSchedule } from './schedule.ts';
import { makeStackSecrets } from './stack-secrets.ts';
import { nobody, type Witness } from './witness.ts';

interface RunningEngine extends Endpoint {
  readonly plan: Plan;
  /** Lets running invocations end (a few seconds at most), then everything. */
  stop(): Promise<void>;
}

/** What ends each part, in the order in which they were started. */
type Undo = (() => unknown)[];

/** Processes of one function at a time: enough to show races, few enough for a laptop. */
const PROCESSES = 4;
const EXPIRY_EVERY_MS = 10 * 60_000;
/** How long a stop waits for running batches: their messages come again anyway. */
const GRACE_MS = 3000;

export const runEngine = async (
  options: EngineOptions,
  assemblyDirectory: string,
  print: (line: string) => void,
  witness: Witness = nobody,
): Promise<RunningEngine> => {
  const undo: Undo = [];
  const stop = async (): Promise<void> => {
    const failed: unknown[] = [];
    for (let act = undo.pop(); act !== undefined; act = undo.pop()) {
      try {
        await act();
      } catch (error) {
        // The parts below still have to end.
        failed.push(error);
      }
    }
    if (failed.length > 0) throw failed[0];
  };
  try {
    return { ...(await start(options, assemblyDirectory, print, undo, witness)), stop };
  } catch (error) {
    // Why it could not start is what counts, not what then could not be ended.
    await stop().catch(() => undefined);
    throw error;
  }
};

const start = async (
  options: EngineOptions,
  assemblyDirectory: string,
  print: (line: string) => void,
  undo: Undo,
  witness: Witness,
): Promise<Omit<RunningEngine, 'stop'>> => {
  const directory = resolve(options.data);
  makeDirectory(directory, options.data);
  undo.push(claim(directory));
  forgetEndpoint(directory);
  const identity = readIdentity(directory);
  const ground = { region: REGION, account: ACCOUNT, now: Date.now, newId: randomUUID };
  const {
    queues,
    tables,
    bus,
    awsUrl,
    port: awsPort,
  } = await openBackends(directory, identity.accessKeyId, options.chaos === undefined ? calm : makeChaos(options.chaos), undo, witness);
  const http = makeHttpApi();
  const { port, close } = await listen(http.server, options.host, options.port);
  undo.push(close);
  refuseOwnPorts(options.allow, [port, awsPort]);
  const url = `http://${reachable(options.host)}:${port}`;

  const plan = makePlan(readAssembly(assemblyDirectory), { ...ground, stackUuid: identity.stackUuid, apiUrl: options.publicUrl ?? url, awsUrl });
  for (const { name, settings } of plan.queues) queues.create(name, settings);
  await tables.create(plan.tables);
  makeStackSecrets(join(directory, 'secrets'), plan.secrets);

  const logs = openLogs({ directory: join(directory, 'logs'), now: ground.now, print, verbose: options.verbose });
  undo.push(logs.close);
  const docker = await openDocker(options, (line) => logs.line('engine', 'engine', line), undo);
  const pool = startPools(
    plan,
    (spec) =>
      environmentOf(spec, { awsUrl, region: REGION, ...identity, allow: options.allow, ...(docker === undefined ? {} : { docker }), outer: process.env }),
    logs.line,
    undo,
    witness,
  );
  http.open({ spec: plan.http, credentials: identity, pool, port, ...ground });
  const log = (line: string): void => logs.line('engine', 'engine', line);
  const sources: EventSource[] = [];
  undo.push(() => withinGrace(Promise.all(sources.map((source) => source.stop()))));
  for (const mapping of plan.mappings) {
    const queue = queues.create(mapping.queue.name, mapping.queue.settings);
    sources.push(startEventSource({ ...ground, mapping, queue, pool: pool(mapping.function.name), arnOf: queueArn, concurrency: PROCESSES, log, pause }));
  }
  undo.push(http.shut);
  bus.open(plan.eventRules, { pool, queues });
  undo.push(startSchedule({ ...ground, rules: plan.rules, pool, queues, log }));
  undo.push(repeat(EXPIRY_EVERY_MS, () => Promise.all(plan.tables.map((table) => deleteExpired(tables, table, ground.now())))));

  const { token, accessKeyId, secretAccessKey } = identity;
  const version = Object.entries(plan.outputs).find(([name]) => name.endsWith('.Version'))?.[1];
  const endpoint: Endpoint = {
    url,
    token,
    pid: process.pid,
    accessKeyId,
    secretAccessKey,
    region: REGION,
    awsUrl,
    ...(version === undefined ? {} : { version }),
  };
  undo.push(writeEndpoint(directory, endpoint));
  return { ...endpoint, plan };
};

/** The socket for functions, and the front before the containers; none of both unless asked for. */
const openDocker = async ({ docker, host, data }: EngineOptions, log: (line: string) => void, undo: Undo): Promise<string | undefined> => {
  if (docker === undefined) return undefined;
  const door = await openDockerDoor(docker, resolve(data));
  undo.push(door.close);
  undo.push(startFront({ docker: makeDockerClient(docker), host, log, now: Date.now }).stop);
  return door.socketPath;
};

type Spec = Plan['functions'][number];

const startPools = (
  plan: Plan,
  environment: (spec: Spec) => Readonly<Record<string, string>>,
  line: (name: string, stream: 'stdout' | 'stderr' | 'engine', line: string) => void,
  undo: Undo,
  witness: Witness,
): ((functionName: string) => FunctionPool) => {
  const guard = startGuard();
  undo.push(guard.end);
  const pools = new Map<string, FunctionPool>();
  for (const spec of plan.functions)
    pools.set(
      spec.name,
      makeFunctionPool({
        spec,
        environment: environment(spec),
        limit: PROCESSES,
        guard,
        now: Date.now,
        newId: randomUUID,
        log: (stream, text) => line(spec.logName, stream, text),
        invoked: (ms, payload) => witness.invocation(spec.logName, ms, payload),
      }),
    );
  undo.push(() => Promise.all([...pools.values()].map((pool) => pool.stop())));
  return (name) => {
    const found = pools.get(name);
    if (found === undefined) throw new Error(`there is no function ${name}; there are ${[...pools.keys()].join(', ')}`);
    return found;
  };
};

/** The address by which this machine reaches what listens on `host`. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
};

/** A deployment that calls the engine itself could forge calls or read its tables. */
const refuseOwnPorts = (allow: readonly string[], own: readonly number[]): void => {
  const bad = allow.find((entry) => own.some((port) => entry.endsWith(`:${port}`)));
  if (bad !== undefined) throw new Error(`--allow ${bad}: is a port of the engine itself; deployments may never call it`);
};

const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  try {
    await passed(ms, undefined, { signal });
  } catch {
    // Ended early.
  }
};

const withinGrace = async (done: Promise<unknown>): Promise<void> => {
  const given = new AbortController();
  const grace = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, GRACE_MS);
    given.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  await Promise.race([done, grace]);
  given.abort();
};

const repeat = (ms: number, act: () => Promise<unknown>): (() => void) => {
  const timer = setInterval(() => void act().catch(() => undefined), ms);
  return () => clearInterval(timer);
};
