/** The two queues. A send that is not confirmed for every message throws: the caller has promised nothing yet. */
import { encodeDeployment, encodePushes, type PushesMessage } from '../core/message.ts';
import type { QueueClient, QueueEntry } from './queue-client.ts';

/** SQS delays at most this long; anything later is for the tick. */
const MAX_DELAY_SECONDS = 900;

const BATCH = 10;
const BATCH_BYTES = 900_000;

export const makePushesQueue = (client: QueueClient, url: string) => ({
  send: async (message: PushesMessage): Promise<void> => {
    const bodies = encodePushes(message);
    const [first] = bodies;
    if (first !== undefined && bodies.length === 1) return client.send(url, first);
    for (const batch of batches(bodies))
      await sendBatch(
        client,
        url,
        batch.map((body, i) => ({ Id: String(i), MessageBody: body })),
      );
  },
});

export const makeDeploymentsQueue = (client: QueueClient, url: string) => ({
  /** Asks for one reconcile of each application, after `delaySeconds` (0 to 900). The group id only makes the queue fair between applications. */
  send: async (applications: readonly string[], delaySeconds = 0): Promise<void> => {
    const delay = Math.max(0, Math.min(MAX_DELAY_SECONDS, Math.ceil(delaySeconds)));
    for (let i = 0; i < applications.length; i += BATCH)
      await sendBatch(
        client,
        url,
        applications
          .slice(i, i + BATCH)
          .map((application, n) => ({ Id: String(n), MessageBody: encodeDeployment(application), MessageGroupId: application, DelaySeconds: delay })),
      );
  },
});

const sendBatch = async (client: QueueClient, url: string, entries: readonly QueueEntry[]): Promise<void> => {
  const refused = await client.sendBatch(url, entries);
  if (refused.length > 0) throw new Error(`the queue refused ${refused.length} of ${entries.length} messages: ${refused[0]}`);
};

const batches = (bodies: readonly string[]): readonly (readonly string[])[] => {
  const all: string[][] = [[]];
  let bytes = 0;
  for (const body of bodies) {
    const last = all[all.length - 1];
    const size = Buffer.byteLength(body);
    if (last !== undefined && last.length < BATCH && bytes + size <= BATCH_BYTES) last.push(body);
    else {
      all.push([body]);
      bytes = 0;
    }
    bytes += size;
  }
  return all;
};
