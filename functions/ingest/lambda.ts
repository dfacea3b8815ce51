import { monotonicFactory } from 'ulid';
import { toPush } from '../core/push.ts';
import { ENV, required } from '../env.ts';
import { readToken } from '../hooks/token.ts';
import { verifyCredential, verifyToken } from '../hooks/verify.ts';
import { labelOf, looksLike, registryOf } from '../registries/index.ts';
import { stdoutLog } from '../runtime/log.ts';
import { makeDefinitionOf } from '../store/definition-of.ts';
import { makeTables } from '../store/dynamo.ts';
import { makeHookOf } from '../store/hook-of.ts';
import { makePushesQueue, makeQueueClient } from '../store/queues.ts';
import { makeIngestHandler } from './handler.ts';

const ulid = monotonicFactory();
const tables = makeTables(process.env);

export const handler = makeIngestHandler({
  hook: makeHookOf(tables),
  application: makeDefinitionOf(tables),
  readToken,
  verifyToken: (token, hook, now) => verifyToken(token, hook?.tokens ?? [], now),
  verifyCredential,
  read: async (hook, delivery) =>
    (await registryOf(hook.registry))?.read(delivery, hook) ?? {
      is: 'unreadable',
      why: `the hook is for "${hook.registry}", a format that this version does not know`,
    },
  readTrigger: async (hook, delivery) => (await import('../registries/app-center.ts')).appCenter.read(delivery, hook),
  looksLike: async (hook, delivery) => {
    const other = await looksLike(delivery, hook.registry);
    return other === undefined ? undefined : { other: labelOf(other), own: labelOf(hook.registry) };
  },
  toPush,
  send: makePushesQueue(makeQueueClient(), required(process.env, ENV.pushesQueueUrl)).send,
  now: Date.now,
  newUlid: ulid,
  log: stdoutLog,
});
