/** The looks at registries, wired: loaded by a tick, so that no deployment waits for it. */
import { monotonicFactory } from 'ulid';
import { decideAll } from '../core/decide-all.ts';
import { ECR_HOOK, ecrHook } from '../core/ecr-hook.ts';
import { ENV, required } from '../env.ts';
import { stdoutLog } from '../runtime/log.ts';
import type { Tables } from '../store/dynamo.ts';
import { makeHookOf } from '../store/hook-of.ts';
import type { QueueClient } from '../store/queue-client.ts';
import { makePushesQueue } from '../store/queues.ts';
import { makeSweeps } from '../store/sweeps.ts';
import { type SweepPorts, sweep } from './sweep.ts';

interface Around extends Pick<SweepPorts, 'registry'> {
  readonly tables: Tables;
  readonly queueClient: QueueClient;
}

const { env } = process;
const newUlid = monotonicFactory();
/** What the stack hears of Amazon ECR. Its hook is no item that could be due by itself. */
const heard = env[ENV.ecrRepositories];
let begun = heard === undefined ? 0 : undefined;

export const lookAtRegistries = async ({ tables, queueClient, registry }: Around): Promise<void> => {
  const sweeps = makeSweeps(tables);
  const hookOf = makeHookOf(tables);
  begun ??= await sweeps.begin(ECR_HOOK.name, Date.now());
  await sweep({
    ...sweeps,
    hook: async (name) => (name === ECR_HOOK.name ? ecrHook(heard, begun) : hookOf(name)),
    fires: async (trigger, tag) => (await decideAll([trigger], { hook: trigger.hook, tag })).some(({ decision }) => decision.fires),
    registry,
    send: makePushesQueue(queueClient, required(env, ENV.pushesQueueUrl)).send,
    newUlid,
    now: Date.now,
    log: stdoutLog,
  });
};
