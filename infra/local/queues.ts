/** All queues of the engine over one journal, and waiting for messages. */
import { join } from 'node:path';
import type { Chaos } from './chaos.ts';
import type { QueueSettings } from './plan-queues.ts';
import { makeQueue, type Queue, type Received } from './queue.ts';
import { type JournalSettings, openJournal, readJournal } from './queue-journal.ts';

export interface Queues {
  get(name: string): Queue | undefined;
  all(): readonly Queue[];
  /** Makes a queue with what an earlier run left in it; gives the existing one of that name. */
  create(name: string, settings: QueueSettings): Queue;
  /** Sends every visible message of a dead-letter queue back to where it came from, or to `to`. Gives how many. */
  moveBack(from: Queue, to: Queue | undefined): number;
  close(): void;
}

interface QueuesGround {
  readonly directory: string;
  readonly now: () => number;
  readonly newId: () => string;
  readonly chaos: Chaos;
  readonly journal?: JournalSettings;
}

export const openQueues = ({ directory, now, newId, chaos, journal: journalSettings }: QueuesGround): Queues => {
  const file = join(directory, 'queues.ndjson');
  const left = readJournal(file);
  const queues = new Map<string, Queue>();
  // Queues that this assembly does not have (any more) keep what was left in them.
  const contents = function* () {
    for (const [name, messages] of left) yield [name, messages.entries()] as const;
    for (const queue of queues.values()) yield [queue.name, queue.entries()] as const;
  };
  const journal = openJournal(file, contents, journalSettings);

  return {
    get: (name) => queues.get(name),
    all: () => [...queues.values()],
    create: (name, settings) => {
      const existing = queues.get(name);
      if (existing !== undefined) return existing;
      const queue = makeQueue(name, settings, { now, newId, chaos, journal: journal.append, queue: (other) => queues.get(other) });
      queues.set(name, queue);
      for (const [key, message] of left.get(name) ?? []) queue.admit(key, message);
      left.delete(name);
      return queue;
    },
    moveBack: (from, to) => {
      const waiting = from.visible();
      for (const { key, message } of waiting) {
        const home = to ?? queues.get(message.deadFrom ?? '') ?? from;
        const { deadFrom: _gone, ...rest } = message;
        const moved = { ...rest, receives: 0, visibleAt: now(), sentAt: now() };
        journal.append({ is: 'move', queue: from.name, key, to: home.name, message: moved });
        from.release(key);
        home.admit(key, moved);
      }
      return waiting.length;
    },
    close: journal.close,
  };
};

/** Receives, waiting for the first message at most `waitMs`. Ends early and empty when the signal fires. */
export const receiveWithin = async (
  queue: Queue,
  max: number,
  waitMs: number,
  visibilitySeconds: number | undefined,
  now: () => number,
  signal: AbortSignal,
): Promise<readonly Received[]> => {
  const until = now() + waitMs;
  for (;;) {
    if (signal.aborted) return [];
    const received = queue.receive(max, visibilitySeconds);
    const left = until - now();
    if (received.length > 0 || left <= 0) return received;
    await nextChange(queue, Math.min(left, Math.max(1, (queue.nextDueAt() ?? until) - now())), signal);
  }
};

const nextChange = (queue: Queue, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stopListening();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    const stopListening = queue.onSend(end);
    signal.addEventListener('abort', end, { once: true });
  });
