/** The whole local engine as a process, with one hook and many applications whose target is the sink. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { Endpoint } from '../../infra/local/data-directory.ts';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';
import { startChild } from './child.ts';
import { cpuSeconds } from './cpu-seconds.ts';
import { EXPRESSION, HOST, repositoryOf, SECRET } from './deliveries.ts';
import type { Ground } from './row.ts';

export interface BenchEngine {
  readonly engine: Engine;
  readonly webhookUrl: string;
  /** How often the sink was called. */
  deployments(): Promise<number>;
  /** Until every queue is empty; how long after the last of them was seen not to be. */
  quiet(): Promise<void>;
  /** Seconds on the CPU so far: of the engine itself, and of the processes of its functions. */
  cpu(): { readonly engine: number; readonly functions: number };
  /** Of every call, newest first: the tag that was pushed, and its status. */
  calls(): Promise<readonly { readonly tag: string; readonly status: string }[]>;
  stop(): Promise<void>;
}

const Port = z.object({ port: z.number() });
const Count = z.object({ count: z.number() });
const MadeHook = z.object({ url: z.string() });
const Page = z.object({ items: z.array(z.object({ tag: z.string(), status: z.string() })), cursor: z.optional(z.string()) });

/** `sinkPort`: of a sink of the row's own; else one is started beside. */
export const startBenchEngine = async ({ room, assembly }: Ground, applications: number, sinkPort?: number): Promise<BenchEngine> => {
  const sink = sinkPort === undefined ? startChild('sink.ts', {}) : undefined;
  const port = sinkPort ?? (await sink?.hear(Port))?.port ?? 0;
  const engine = await startEngine({ data: mkdtempSync(join(room, 'engine-')), allow: [`127.0.0.1:${port}`], assembly: await assembly() });
  const stop = async (): Promise<void> => {
    await engine.stop();
    await sink?.end();
  };
  try {
    return { engine, ...(await defineOn(engine, applications, port)), cpu: () => cpuOf(engine.pid), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** The hook, and an application and a trigger for each number. */
export const defineOn = async (engine: Endpoint, applications: number, port: number): Promise<Omit<BenchEngine, 'engine' | 'cpu' | 'stop'>> => {
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(engine.url + path, {
      method,
      headers: { authorization: `Bearer ${engine.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
  const credential = { by: 'hmac', secret: SECRET };
  const { url } = MadeHook.parse(await ask('POST', '/v1/hooks', { name: 'hub', registry: 'artifactory', registryHost: HOST, credential }));
  for (let i = 0; i < applications; i += 1) {
    await ask('POST', '/v1/applications', { name: `app-${i}`, target: { kind: 'http', url: `http://127.0.0.1:${port}/deploy` } });
    const rule = { mode: 'expression', expression: EXPRESSION };
    await ask('POST', '/v1/triggers', { name: `trigger-${i}`, hook: 'hub', repository: repositoryOf(i), rule, application: `app-${i}` });
  }
  return {
    webhookUrl: url,
    deployments: async () => Count.parse(await (await fetch(`http://127.0.0.1:${port}/`)).json()).count,
    quiet: () => quiet(engine),
    calls: async () => {
      const calls: { readonly tag: string; readonly status: string }[] = [];
      let cursor: string | undefined;
      do {
        const page = Page.parse(await ask('GET', `/v1/calls?limit=100${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`));
        calls.push(...page.items);
        cursor = page.cursor;
      } while (cursor !== undefined);
      return calls;
    },
  };
};

/** Those that ended meanwhile count for the engine, who waited for them. */
const cpuOf = (pid: number): ReturnType<BenchEngine['cpu']> => {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return { engine: cpuSeconds(pid), functions: children.reduce((sum, child) => sum + cpuSeconds(child), 0) };
};

const LOOK_EVERY_MS = 50;

const quiet = async ({ awsUrl: endpoint, accessKeyId, secretAccessKey, region }: Endpoint): Promise<void> => {
  const sqs = new SQSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, useQueueUrlAsEndpoint: false });
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const waiting = async (QueueUrl: string): Promise<number> => {
    const { Attributes: of = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    return [of.ApproximateNumberOfMessages, of.ApproximateNumberOfMessagesNotVisible, of.ApproximateNumberOfMessagesDelayed].reduce(
      (sum, count) => sum + Number(count),
      0,
    );
  };
  for (;;) {
    const counts = await Promise.all(QueueUrls.map(waiting));
    const busy = QueueUrls[counts.findIndex((count) => count > 0)];
    if (busy === undefined) return sqs.destroy();
    // One alone, until it is empty: each look is a request to the engine that is measured.
    do await pause(LOOK_EVERY_MS);
    while ((await waiting(busy)) > 0);
  }
};
