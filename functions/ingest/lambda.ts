import { randomBytes } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import { toPush } from '../core/push.ts';
import { ENV, required } from '../env.ts';
import { makeSealedSecrets } from '../hooks/sealed-secrets.ts';
import { readToken } from '../hooks/token.ts';
import { verifyCredential, verifyToken } from '../hooks/verify.ts';
import { labelOf, looksLike, registryOf } from '../registries/index.ts';
import { stdoutLog } from '../runtime/log.ts';
import { makeRandom } from '../runtime/random.ts';
import { makeDefinitionOf } from '../store/definition-of.ts';
import { makeDeliveryNote } from '../store/deliveries.ts';
import { makeTables } from '../store/dynamo.ts';
import { makeHookOf } from '../store/hook-of.ts';
import { makeQueueClient } from '../store/queue-client.ts';
import { makePushesQueue } from '../store/queues.ts';
import { makeSigningKeys } from '../store/signing-keys.ts';
import { makeIngestHandler } from './handler.ts';

const ulid = monotonicFactory(makeRandom(randomBytes));
const { env } = process;
const tables = makeTables(env);
const stackSecretArn = required(env, ENV.stackSecretArn);
const keys = makeSigningKeys(tables);
const { open } = makeSealedSecrets({
  readStackSecret: async () => (await import('../store/read-secret.ts')).readSecret(stackSecretArn),
  randomBytes,
  log: stdoutLog,
});

export const handler = makeIngestHandler({
  hook: makeHookOf(tables),
  application: makeDefinitionOf(tables),
  readToken,
  verifyToken: (token, hook, now) => verifyToken(token, hook?.tokens ?? [], now),
  verifyCredential: async (hook, delivery, now) =>
    verifyCredential(hook, delivery, { now, proofs: (await registryOf(hook.registry))?.proofs ?? [], open, keys }),
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
  send: makePushesQueue(makeQueueClient(tables.client), required(env, ENV.pushesQueueUrl)).send,
  note: makeDeliveryNote(tables),
  now: Date.now,
  newUlid: ulid,
  log: stdoutLog,
});
