/** Runs a cloud assembly on this machine, in this process: HTTP API, functions, queues, tables, event sources, rules. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { join, resolve } from 'node:path';
import { readAssembly } from './assembly.ts';
import { makeAwsEndpoint } from './aws-endpoint.ts';
import { AwsError } from './aws-error.ts';
import { calm, makeChaos } from './chaos.ts';
import { claim, type Endpoint, forgetEndpoint, readIdentity, writeEndpoint } from './data-directory.ts';
import { startEventSource } from './event-source.ts';
import { deleteExpired } from './expiry.ts';
import { environmentOf } from './function-environment.ts';
import { type FunctionPool, makeFunctionPool } from './function-pool.ts';
import { startGuard } from './guard.ts';
import { makeHttpApi } from './http-api.ts';
import { openLogs } from './log-files.ts';
import type { EngineOptions } from './options.ts';
import { getParameter, getSecretValue } from './parameters.ts';
import { makePlan, type Plan } from './plan.ts';
import { openQueues } from './queues.ts';
import { startSchedule } from './schedule.ts';
import { makeSqsApi } from './sqs-api.ts';
import { openTables } from './tables.ts';

export interface RunningEngine extends Endpoint {
  readonly plan: Plan;
  /** Lets running invocations end (a few seconds at most), then everything. */
  stop(): Promise<void>;
}

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
/** Processes of one function at a time: enough to show races, few enough for a laptop. */
const PROCESSES = 4;
const EXPIRY_EVERY_MS = 10 * 60_000;
/** How long a stop waits for running invocations: their messages come again anyway. */
const GRACE_MS = 3000;

export const runEngine = async (options: EngineOptions, assemblyDirectory: string, print: (line: string) => void): Promise<RunningEngine> => {
  const directory = resolve(options.data);
  const undo: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let act = undo.pop(); act !== undefined; act = undo.pop()) await act();
  };
  try {
    return await start(options, directory, assemblyDirectory, print, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
};

const start = async (
  options: EngineOptions,
  directory: string,
  assemblyDirectory: string,
  print: (line: string) => void,
  undo: (() => void | Promise<void>)[],
  stop: () => Promise<void>,
): Promise<RunningEngine> => {
  undo.push(claim(directory));
  forgetEndpoint(directory);
  const identity = readIdentity(directory);
  const chaos = options.chaos === undefined ? calm : makeChaos(options.chaos);
  const [now, newId] = [Date.now, randomUUID];
  const ground = { region: REGION, account: ACCOUNT, now, newId };

  const queues = openQueues({ directory, now, newId, chaos });
  undo.push(() => queues.close());
  const tables = openTables(directory, chaos);
  undo.push(() => tables.close());

  const arnOf = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
  const secrets = { ...ground, directory: join(directory, 'secrets') };
  const sqs = makeSqsApi({ queues, arnOf, now, newId, urlOf: (name) => `${awsUrl}/${ACCOUNT}/${name}` });
  const endpoint = makeAwsEndpoint({
    accessKeyId: identity.accessKeyId,
    newId,
    dynamodb: tables.raw,
    sqs,
    ssm: (action, request) => (action === 'GetParameter' ? getParameter(request, secrets) : unknown(action)),
    secretsManager: (action, request) => (action === 'GetSecretValue' ? getSecretValue(request, secrets) : unknown(action)),
  });
  const awsUrl = `http://127.0.0.1:${await listen(endpoint, '127.0.0.1', 0, undo)}`;
  const http = makeHttpApi();
  const port = await listen(http.server, options.host, options.port, undo);
  refuseOwnPorts(options.allow, [port, Number(new URL(awsUrl).port)]);
  const url = `http://${isEverywhere(options.host) ? '127.0.0.1' : bracketed(options.host)}:${port}`;

  const plan = makePlan(readAssembly(assemblyDirectory), { ...ground, stackUuid: identity.stackUuid, apiUrl: options.publicUrl ?? url, awsUrl });
  for (const { name, settings } of plan.queues) queues.create(name, settings);
  await tables.create(plan.tables);

  const logs = openLogs(join(directory, 'logs'), now, options.verbose ? print : undefined);
  undo.push(() => logs.close());
  const guard = startGuard();
  undo.push(() => guard.end());
  const pools = new Map<string, FunctionPool>();
  for (const spec of plan.functions) {
    const environment = environmentOf(spec, { awsUrl, region: REGION, ...identity, allow: options.allow, outer: process.env });
    pools.set(
      spec.name,
      makeFunctionPool({ spec, environment, limit: PROCESSES, guard, now, newId, log: (stream, line) => logs.line(spec.logName, stream, line) }),
    );
  }
  undo.push(async () => void (await Promise.all([...pools.values()].map((pool) => pool.stop()))));
  const pool = (name: string): FunctionPool => {
    const found = pools.get(name);
    if (found === undefined) throw new Error(`there is no function ${name}; there are ${[...pools.keys()].join(', ')}`);
    return found;
  };

  http.open({ spec: plan.http, credentials: identity, pool, port, ...ground });
  const sources = plan.mappings.map((mapping) => {
    const queue = queues.create(mapping.queue.name, mapping.queue.settings);
    const log = (line: string): void => logs.line('engine', 'engine', line);
    return startEventSource({ mapping, queue, pool: pool(mapping.function.name), arnOf, region: REGION, now, concurrency: PROCESSES, log });
  });
  undo.push(() => withinGrace(Promise.all(sources.map((source) => source.stop()))));
  undo.push(http.shut);
  undo.push(startSchedule({ ...ground, rules: plan.rules, pool, queues }));
  undo.push(repeat(EXPIRY_EVERY_MS, () => Promise.all(plan.tables.map((table) => deleteExpired(tables, table, now())))));

  const { token, accessKeyId, secretAccessKey } = identity;
  const told: Endpoint = { url, token, pid: process.pid, accessKeyId, secretAccessKey, region: REGION, awsUrl };
  undo.push(writeEndpoint(directory, told));
  return { ...told, plan, stop };
};

const unknown = (action: string): never => {
  throw new AwsError(
    'UnknownOperationException',
    `The local engine does not do ${action}; it knows GetParameter of SSM and GetSecretValue of Secrets Manager.`,
  );
};

const listen = async (server: Server, host: string, port: number, undo: (() => void | Promise<void>)[]): Promise<number> => {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw taken ? new Error(`port ${port} of ${host} is taken: stop what uses it, or start with another --port (0 takes any free one)`) : error;
  }
  undo.push(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
};

const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** A deployment that calls the engine itself could forge calls or read its tables. */
const refuseOwnPorts = (allow: readonly string[], own: readonly number[]): void => {
  const bad = allow.find((entry) => own.some((port) => entry.endsWith(`:${port}`)));
  if (bad !== undefined) throw new Error(`--allow ${bad}: is a port of the engine itself; deployments may never call it`);
};

const withinGrace = async (done: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    done,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GRACE_MS);
    }),
  ]);
  clearTimeout(timer);
};

const repeat = (ms: number, act: () => Promise<unknown>): (() => void) => {
  const timer = setInterval(() => void act().catch(() => undefined), ms);
  return () => clearInterval(timer);
};
