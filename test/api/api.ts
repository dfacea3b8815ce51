/** The API over the real store in this process, with a clock, ids and tokens that tests know. */
import { randomBytes, randomUUID } from 'node:crypto';
import { ulid } from 'ulid';
import { expect } from 'vitest';
import { type ApiApp, makeApi } from '../../functions/api/app.ts';
import type { ApiPorts } from '../../functions/api/ports.ts';
import type { PushesMessage } from '../../functions/core/message.ts';
import { parsed } from '../../functions/core/parsed.ts';
import { derivedBytes } from '../../functions/hooks/derived-bytes.ts';
import { makeSealedAnswers } from '../../functions/hooks/sealed-answer.ts';
import { hashToken, makeToken } from '../../functions/hooks/token.ts';
import { destinationOf } from '../../functions/outbound/allow.ts';
import { appCenter } from '../../functions/registries/app-center.ts';
import { REGISTRY_NAMES, registryOf } from '../../functions/registries/index.ts';
import { sampleOf } from '../../functions/registries/samples/index.ts';
import { makeRandom } from '../../functions/runtime/random.ts';
import { makeAnswers } from '../../functions/store/answers.ts';
import { makeApplicationOf } from '../../functions/store/application-of.ts';
import { makeApplications } from '../../functions/store/applications.ts';
import { makeCallPages } from '../../functions/store/call-pages.ts';
import { makeCalls } from '../../functions/store/calls.ts';
import { makeDeliveryList } from '../../functions/store/deliveries.ts';
import { makeHooks } from '../../functions/store/hooks.ts';
import { makeRejects } from '../../functions/store/rejects.ts';
import { makeSessions } from '../../functions/store/sessions.ts';
import { makeSigningKeys } from '../../functions/store/signing-keys.ts';
import { makeStateRemoval } from '../../functions/store/state-removal.ts';
import { makeStates } from '../../functions/store/states.ts';
import { makeSweepReport } from '../../functions/store/sweep-report.ts';
import { makeTemplates } from '../../functions/store/templates.ts';
import { makeTriggerUrls } from '../../functions/store/trigger-urls.ts';
import { makeTriggers } from '../../functions/store/triggers.ts';
import { makeTriggersOf } from '../../functions/store/triggers-of.ts';
import { targetOf, targetProblems } from '../../functions/targets/index.ts';
import { makeProving } from '../stages/proving.ts';
import { startTables, type TestTables } from '../store/definitions-tables.ts';
import { undescribed } from './described.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

export interface TestApi {
  readonly app: ApiApp;
  readonly ports: ApiPorts;
  readonly tables: TestTables;
  readonly calls: ReturnType<typeof makeCalls>;
  readonly states: ReturnType<typeof makeStates>;
  readonly removeState: ReturnType<typeof makeStateRemoval>;
  /** Applications that `deploy` was asked to look at, in order. */
  readonly sent: string[];
  /** What went into the queue of pushes. */
  readonly pushed: PushesMessage[];
  readonly logged: { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }[];
  readonly clock: { now: number };
  readonly proving: ReturnType<typeof makeProving>;
  /** `body` as JSON, or a text as it is. The answer is held against the description of the API. */
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  stop(): Promise<void>;
}

export const START = Date.UTC(2026, 5, 30, 12);

export const startApi = async (change: (ports: ApiPorts) => ApiPorts = (ports) => ports): Promise<TestApi> => {
  const tables = await startTables();
  const clock = { now: START };
  const sent: string[] = [];
  const pushed: PushesMessage[] = [];
  const logged: { event: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const calls = makeCalls(tables, 90);
  const states = makeStates(tables);
  let made = 0;
  const proving = makeProving();
  const ports = change({
    hooks: makeHooks(tables, randomUUID),
    sweepReport: makeSweepReport(tables),
    deliveries: makeDeliveryList(tables),
    askKeys: makeSigningKeys(tables).ask,
    triggers: makeTriggers(tables, randomUUID),
    triggerUrls: makeTriggerUrls(tables, randomUUID),
    applications: makeApplications(tables, randomUUID),
    callPages: makeCallPages(tables, 90),
    calls,
    states,
    application: makeApplicationOf(tables, () => clock.now),
    rejects: makeRejects(tables),
    sessions: makeSessions(tables),
    templates: makeTemplates(tables),
    takesTemplates: async (target) => {
      const bound = await targetOf(target);
      return bound.ok && bound.value.sight === 'readable' && bound.value.takesTemplates;
    },
    triggersOf: makeTriggersOf(tables),
    registryNames: REGISTRY_NAMES,
    registry: registryOf,
    sample: async (registry) => sampleOf(registry),
    ecr: { registry: ECR_REGISTRY, repositories: 'shop/*,base' },
    appCenter,
    targetProblems,
    callProblem: (url, allowed) => {
      const destination = destinationOf(url, new Set(allowed === undefined ? [ALLOWED] : [ALLOWED, allowed]));
      return destination.ok ? undefined : destination.why;
    },
    grant: async (target, application) => {
      const bound = await targetOf(target);
      if (!bound.ok) return bound;
      return parsed(bound.value.sight === 'readable' ? bound.value.grant?.({ deployRoleArn: DEPLOY_ROLE, externalId: 'stack-id', application }) : undefined);
    },
    makeToken: (hook, random) => makeToken(hook, (bytes) => random ?? Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + ++made) % 256)),
    makeSecret: () => `secret-${++made}`,
    hashToken,
    sealed: proving.sealed,
    answers: makeAnswers(tables, randomUUID),
    sealedAnswers: makeSealedAnswers(randomBytes),
    derive: derivedBytes,
    webhookBaseUrl: 'https://hooks.example',
    sendPushes: async (message) => void pushed.push(message),
    send: async (applications) => void sent.push(...applications),
    now: () => clock.now,
    newUlid: (now, random) => ulid(now, random && makeRandom(() => random)),
    log: (event, fields) => void logged.push({ event, fields }),
  });
  const app = makeApi(ports);
  return {
    app,
    ports,
    tables,
    calls,
    states,
    removeState: makeStateRemoval(tables),
    sent,
    pushed,
    logged,
    clock,
    proving,
    ask: async (method, path, body, headers = {}) => {
      const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const response = await app.request(
        path,
        {
          method,
          headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
          ...(text === undefined ? {} : { body: text }),
        },
        { requestId: 'request-1' },
      );
      const answered = await response.text();
      const answer: Answer = { status: response.status, body: answered === '' ? undefined : JSON.parse(answered), headers: response.headers };
      expect(undescribed(method, path, answer), `${method} ${path} answers ${answer.status} as it is described`).toBeUndefined();
      return answer;
    },
    stop: tables.stop,
  };
};

/** Asks, and expects this status; the body as a record. */
export const must = async (api: TestApi, status: number, method: string, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> => {
  const answer = await api.ask(method, path, body);
  expect(answer, `${method} ${path}`).toMatchObject({ status });
  return record(answer.body);
};

export const record = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? { ...value } : {});
export const items = (value: unknown): readonly Readonly<Record<string, unknown>>[] => {
  const found = record(value).items;
  return Array.isArray(found) ? found.map(record) : [];
};

/** The one place that calls may go to although it is on this machine. */
export const ALLOWED = '127.0.0.1:9000';
const DEPLOY_ROLE = 'arn:aws:iam::123456789012:role/deploy';
/** Of the stack's own account and region. */
export const ECR_REGISTRY = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
export const HTTP = { kind: 'http', url: 'https://web.example/deploy' } as const;
export const ECS = {
  kind: 'ecs',
  region: 'eu-central-1',
  cluster: 'main',
  service: 'svc',
  roleArn: 'arn:aws:iam::123456789012:role/image-triggers-target-svc',
} as const;
export const HOST = 'liusheng-registry.cn-beijing.cr.aliyuncs.com';
