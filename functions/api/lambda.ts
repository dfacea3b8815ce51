import { randomBytes } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import { parsed } from '../core/parsed.ts';
import { ENV, required } from '../env.ts';
import { derivedBytes } from '../hooks/derived-bytes.ts';
import { makeSealedAnswers } from '../hooks/sealed-answer.ts';
import { makeSealedSecrets } from '../hooks/sealed-secrets.ts';
import { hashToken, makeToken } from '../hooks/token.ts';
import { destinationOf, exceptions } from '../outbound/allow.ts';
import { appCenter } from '../registries/app-center.ts';
import { REGISTRY_NAMES, registryOf } from '../registries/index.ts';
import { stdoutLog } from '../runtime/log.ts';
import { makeRandom } from '../runtime/random.ts';
import { makeAnswers } from '../store/answers.ts';
import { makeApplicationOf } from '../store/application-of.ts';
import { makeApplications } from '../store/applications.ts';
import { makeCallPages } from '../store/call-pages.ts';
import { makeCalls } from '../store/calls.ts';
import { makeDeliveryList } from '../store/deliveries.ts';
import { makeTables } from '../store/dynamo.ts';
import { makeHooks } from '../store/hooks.ts';
import { makeQueueClient } from '../store/queue-client.ts';
import { makeDeploymentsQueue, makePushesQueue } from '../store/queues.ts';
import { makeRejects } from '../store/rejects.ts';
import { makeSessions } from '../store/sessions.ts';
import { makeSigningKeys } from '../store/signing-keys.ts';
import { makeStates } from '../store/states.ts';
import { makeSweepReport } from '../store/sweep-report.ts';
import { makeTemplates } from '../store/templates.ts';
import { makeTriggerUrls } from '../store/trigger-urls.ts';
import { makeTriggers } from '../store/triggers.ts';
import { makeTriggersOf } from '../store/triggers-of.ts';
import { targetOf, targetProblems } from '../targets/index.ts';
import { makeApi } from './app.ts';
import { makeApiHandler } from './handler.ts';

const { env } = process;
const tables = makeTables(env);
const retentionDays = Number(required(env, ENV.retentionDays));
/** Unlikely enough to be made twice for one item, and short: a push reads what every trigger of its repository holds. */
const newWriter = (): string => randomBytes(9).toString('base64url');
const trust = { deployRoleArn: required(env, ENV.deployRoleArn), externalId: required(env, ENV.externalId) };

const allow = exceptions((env[ENV.outboundAllow] ?? '').split(',').filter((entry) => entry !== ''));

const stackSecretArn = required(env, ENV.stackSecretArn);

const queues = makeQueueClient(tables.client);

const newUlid = monotonicFactory();

const app = makeApi({
  hooks: makeHooks(tables, newWriter),
  sweepReport: makeSweepReport(tables),
  deliveries: makeDeliveryList(tables),
  triggers: makeTriggers(tables, newWriter),
  triggerUrls: makeTriggerUrls(tables, newWriter),
  applications: makeApplications(tables, newWriter),
  callPages: makeCallPages(tables, retentionDays),
  calls: makeCalls(tables, retentionDays),
  states: makeStates(tables),
  application: makeApplicationOf(tables),
  rejects: makeRejects(tables),
  sessions: makeSessions(tables),
  templates: makeTemplates(tables),
  triggersOf: makeTriggersOf(tables),
  registryNames: REGISTRY_NAMES,
  registry: registryOf,
  sample: async (registry) => (await import('../registries/samples/index.ts')).sampleOf(registry),
  ecr: { registry: required(env, ENV.ecrRegistry), ...(env[ENV.ecrRepositories] === undefined ? {} : { repositories: env[ENV.ecrRepositories] }) },
  appCenter,
  targetProblems,
  takesTemplates: async (target) => {
    const bound = await targetOf(target);
    return bound.ok && bound.value.sight === 'readable' && bound.value.takesTemplates;
  },
  callProblem: (url, allowed) => {
    const destination = destinationOf(url, allowed === undefined ? allow : new Set([...allow, allowed]));
    return destination.ok ? undefined : destination.why;
  },
  grant: async (target, application) => {
    const bound = await targetOf(target);
    if (!bound.ok) return bound;
    return parsed(bound.value.sight === 'readable' ? bound.value.grant?.({ ...trust, application }) : undefined);
  },
  makeToken: (hook, random) => makeToken(hook, random === undefined ? randomBytes : () => random),
  makeSecret: () => randomBytes(32).toString('base64url'),
  hashToken,
  sealed: makeSealedSecrets({
    readStackSecret: async () => (await import('../store/read-secret.ts')).readSecret(stackSecretArn),
    randomBytes,
    log: stdoutLog,
  }),
  answers: makeAnswers(tables, newWriter),
  sealedAnswers: makeSealedAnswers(randomBytes),
  derive: derivedBytes,
  askKeys: makeSigningKeys(tables).ask,
  webhookBaseUrl: required(env, ENV.webhookBaseUrl),
  sendPushes: makePushesQueue(queues, required(env, ENV.pushesQueueUrl)).send,
  send: makeDeploymentsQueue(queues, required(env, ENV.deploymentsQueueUrl)).send,
  now: Date.now,
  newUlid: (now, random) => (random === undefined ? newUlid : monotonicFactory(makeRandom(() => random)))(now),
  log: stdoutLog,
});

export const handler = makeApiHandler(app, stdoutLog);
