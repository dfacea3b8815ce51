import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import { decideAll } from '../core/decide-all.ts';
import { ECR_HOOK } from '../core/ecr-hook.ts';
import { ENV, required } from '../env.ts';
import { stdoutLog } from '../runtime/log.ts';
import { makeApplicationOf } from '../store/application-of.ts';
import { makeCalls } from '../store/calls.ts';
import { makeDeliveryNote } from '../store/deliveries.ts';
import { makeTables } from '../store/dynamo.ts';
import { makeGathered } from '../store/gathered.ts';
import { makeMarks } from '../store/marks.ts';
import { makeQueueClient } from '../store/queue-client.ts';
import { makeDeploymentsQueue } from '../store/queues.ts';
import { makeStates } from '../store/states.ts';
import { makeTriggersOf } from '../store/triggers-of.ts';
import { makeMatchHandler, type ReadEvent } from './handler.ts';
import type { MatchPorts } from './match.ts';

const { env } = process;
const tables = makeTables(env);
const states = makeStates(tables);
const applicationOf = makeApplicationOf(tables);
const deployments = makeDeploymentsQueue(makeQueueClient(tables.client), required(env, ENV.deploymentsQueueUrl));

/** Each letter of its second half takes five bits: a byte of the hash has them. */
const ulidFrom = (time: number, seed: string): string => {
  const bytes = createHash('sha256').update(seed).digest();
  let at = 0;
  return ulid(time, () => (bytes[at++] ?? 0) / 256);
};

/** Loaded only where the stack has the rule: messages of ingest were read there. */
const readEvent: ReadEvent = async (body, sentAt) => {
  const [{ readEcrEvent }, { ecr }] = await Promise.all([import('./ecr-event.ts'), import('../registries/ecr.ts')]);
  const request = { method: 'POST', headers: {}, query: {}, body: new TextEncoder().encode(body) };
  return readEcrEvent(body, sentAt, { read: () => ecr.read(request, ECR_HOOK), ulidFrom });
};

const ports: MatchPorts = {
  triggersOf: makeTriggersOf(tables),
  decideAll,
  claim: makeMarks(tables).claim,
  calls: makeCalls(tables, Number(required(env, ENV.retentionDays))),
  states,
  mendState: async (application) => {
    const { definition } = await applicationOf(application);
    if (definition === undefined) return false;
    await states.create(application, Date.now());
    return true;
  },
  send: makeGathered(deployments.send),
  note: makeDeliveryNote(tables),
  now: Date.now,
  log: stdoutLog,
};

export const handler = makeMatchHandler(ports, readEvent);
