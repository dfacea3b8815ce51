import { parsed, refused } from '../core/parsed.ts';
import type { RegistryAccess } from '../core/registry-answer.ts';
import { ENV, required } from '../env.ts';
import { makeOutbound } from '../outbound/request.ts';
import { stdoutLog } from '../runtime/log.ts';
import { makeApplicationOf } from '../store/application-of.ts';
import { makeCalls } from '../store/calls.ts';
import { makeDueKeys } from '../store/due-keys.ts';
import { makeTables } from '../store/dynamo.ts';
import type { EcrToken } from '../store/ecr-token.ts';
import { makeQueueClient } from '../store/queue-client.ts';
import { makeDeploymentsQueue } from '../store/queues.ts';
import { makeReject } from '../store/rejects.ts';
import { makeSecrets } from '../store/secrets.ts';
import { makeRemainsRemoval, makeStateRemoval } from '../store/state-removal.ts';
import { makeStates } from '../store/states.ts';
import { makeTemplates } from '../store/templates.ts';
import { targetOf } from '../targets/index.ts';
import type { DockerRequest, OutboundRequest } from '../targets/target.ts';
import { makeDeployHandler } from './handler.ts';

/** Everything that one attempt does outside ends within this: well before the function's time-out, which is before the lease's end. */
const OUTSIDE_MS = 25_000;

const { env } = process;
const tables = makeTables(env);
const states = makeStates(tables);
const queueClient = makeQueueClient(tables.client);
const deployments = makeDeploymentsQueue(queueClient, required(env, ENV.deploymentsQueueUrl));
const outbound = makeOutbound({ allow: (env[ENV.outboundAllow] ?? '').split(',').filter((entry) => entry !== ''), clock: Date.now });
const secret = makeSecrets(env);
const ecrToken: EcrToken = async (...asked) => (await import('../store/ecr-token.ts')).ecrToken(...asked);
/** Loaded only where a hook gives access. */
const registry = async (repository: string, access: RegistryAccess) =>
  (await import('../outbound/registry.ts')).makeRegistry({ outbound, secret, ecrToken, now: Date.now })(repository, access);
/** Larger than any set of keys that is published, and well below what an item may hold. */
const MOST_KEY_BYTES = 100_000;
const socketPath = env[ENV.dockerSocket] ?? '';

export const handler = makeDeployHandler(
  {
    states: { ...states, remove: makeStateRemoval(tables), removeRemains: makeRemainsRemoval(tables) },
    application: makeApplicationOf(tables),
    lower: async () => (await import('../core/lower.ts')).lower,
    reject: makeReject(tables),
    templates: makeTemplates(tables),
    calls: makeCalls(tables, Number(required(env, ENV.retentionDays))),
    target: targetOf,
    io: (idempotencyKey) => {
      const signal = AbortSignal.timeout(OUTSIDE_MS);
      const io = {
        request: (request: OutboundRequest) => outbound(request, signal),
        secret,
        signal,
        idempotencyKey,
        externalId: required(env, ENV.externalId),
        now: Date.now,
      };
      // Only on one machine: elsewhere it is not even loaded.
      if (socketPath === '') return io;
      return {
        ...io,
        docker: async (request: DockerRequest) =>
          (await import('../outbound/docker-socket.ts')).makeDockerSocket({ socketPath, clock: Date.now })(request, signal),
        reach: async (port: number, path: string) => (await import('../outbound/own-port.ts')).reachOwnPort(port, path, Date.now, signal),
      };
    },
    registry,
    send: (application, delaySeconds) => deployments.send([application], delaySeconds),
    now: Date.now,
    random: Math.random,
    log: stdoutLog,
  },
  {
    due: states.due,
    sendAll: deployments.send,
    keys: {
      ...makeDueKeys(tables),
      fetch: async (url) => {
        const answer = await outbound({ method: 'GET', url, headers: {}, mostBytes: MOST_KEY_BYTES }, AbortSignal.timeout(OUTSIDE_MS));
        if (answer.is !== 'answered') return refused(answer.why);
        return answer.status === 200 ? parsed(answer.body) : refused(`it answered ${answer.status}`);
      },
    },
    sweep: async () => (await import('./sweep-lambda.ts')).lookAtRegistries({ tables, queueClient, registry }),
    now: Date.now,
    log: stdoutLog,
  },
  Number(required(env, ENV.maxReceives)),
);
