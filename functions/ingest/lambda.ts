import { monotonicFactory } from 'ulid';
import { toPush } from '../core/push.ts';
import { ENV, required } from '../env.ts';
import { readToken } from '../hooks/token.ts';
import { verifyCredential, verifyToken } from '../hooks/verify.ts';
import { appCenter } from '../registries/app-center.ts';
import { isRegistryName, looksLike, registries } from '../registries/index.ts';
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
  read: (hook, delivery) =>
    isRegistryName(hook.registry)
      ? registries[hook.registry].read(delivery, hook)
      : { is: 'unreadable', why: `the hook is for "${hook.registry}", a format that this version does not know` },
  readTrigger: (hook, delivery) => appCenter.read(delivery, hook),
  looksLike: (hook, delivery) => looksLike(delivery, hook.registry),
  toPush,
  send: makePushesQueue(makeQueueClient(), required(process.env, ENV.pushesQueueUrl)).send,
  now: Date.now,
  newUlid: ulid,
  log: stdoutLog,
});
