/** One standard queue with SQS's rules: visibility, delay, receive counts, retention and redrive. In memory; every change is told to the journal before it is made. */
import type { Chaos } from './chaos.ts';
import { makeDueList } from './due-list.ts';
import type { QueueSettings } from './plan-queues.ts';
import type { QueueChange } from './queue-change.ts';

/** A message attribute as it came, in the JSON protocol's own shape. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export interface StoredMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly group?: string;
  readonly sentAt: number;
  readonly visibleAt: number;
  readonly receives: number;
  readonly firstReceivedAt?: number;
  /** Name of the queue that gave up on it: a redrive sends it back there. */
  readonly deadFrom?: string;
}

export interface Outgoing {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  readonly group?: string;
  readonly delaySeconds?: number;
}

export interface Received extends StoredMessage {
  readonly receipt: string;
}

export interface Queue {
  readonly name: string;
  readonly settings: QueueSettings;
  /** Gives the message id. */
  send(message: Outgoing): string;
  receive(max: number, visibilitySeconds?: number): readonly Received[];
  /** A receipt that is not the latest of its message removes nothing, as SQS warns it may. */
  remove(receipt: string): 'done' | 'no receipt';
  setVisibility(receipt: string, seconds: number): 'done' | 'no receipt' | 'gone' | 'not in flight';
  purge(): void;
  counts(): { readonly visible: number; readonly inFlight: number; readonly delayed: number };
  /** When the next hidden message may become visible. */
  nextDueAt(): number | undefined;
  /** Calls back at each send, until the answer is called. */
  onSend(wake: () => void): () => void;
  /** Puts a message in as it is: at start, and by a redrive. */
  admit(key: string, message: StoredMessage): void;
  /** Every visible message, oldest first: for a redrive by hand. */
  visible(): readonly { readonly key: string; readonly message: StoredMessage }[];
  /** Takes a message out whose move the journal knows. */
  release(key: string): void;
  entries(): Iterable<readonly [string, StoredMessage]>;
}

interface QueueGround {
  readonly now: () => number;
  readonly newId: () => string;
  readonly chaos: Chaos;
  readonly journal: (change: QueueChange) => void;
  /** The queue of that name, for redrive. */
  readonly queue: (name: string) => Queue | undefined;
}

/** How many receivable messages chaos may choose among. */
const REORDER_REACH = 10;

const receiptOf = (key: string, receives: number): string => Buffer.from(`${key} ${receives}`).toString('base64url');
const readReceipt = (receipt: string): { readonly key: string; readonly receives: number } | undefined => {
  const match = /^([0-9a-f-]{36}) (\d+)$/.exec(Buffer.from(receipt, 'base64url').toString('utf8'));
  return match?.[1] === undefined ? undefined : { key: match[1], receives: Number(match[2]) };
};

const firstOf = (keys: Iterable<string>, count: number): readonly string[] => {
  const first: string[] = [];
  for (const key of keys) {
    first.push(key);
    if (first.length === count) break;
  }
  return first;
};

export const makeQueue = (name: string, settings: QueueSettings, { now, newId, chaos, journal, queue }: QueueGround): Queue => {
  const messages = new Map<string, StoredMessage>();
  /** Keys that can be received, oldest first; every other key is in `hidden`. */
  const ready = new Set<string>();
  const hidden = makeDueList();
  const listeners = new Set<() => void>();

  const place = (key: string, message: StoredMessage): void => {
    messages.set(key, message);
    if (message.visibleAt <= now()) {
      ready.add(key);
      for (const wake of [...listeners]) wake();
      return;
    }
    ready.delete(key);
    hidden.add(message.visibleAt, key);
    for (const wake of [...listeners]) wake();
  };

  const surface = (): void => {
    for (let due = hidden.take(now()); due !== undefined; due = hidden.take(now())) if (messages.get(due.key)?.visibleAt === due.at) ready.add(due.key);
  };

  const forget = (key: string): void => {
    messages.delete(key);
    ready.delete(key);
  };

  const drop = (key: string): void => {
    journal({ is: 'drop', queue: name, key });
    forget(key);
  };

  const bury = (key: string, message: StoredMessage, dead: Queue): void => {
    const buried: StoredMessage = { ...message, receives: 0, visibleAt: now(), deadFrom: name };
    journal({ is: 'move', queue: name, key, to: dead.name, message: buried });
    forget(key);
    dead.admit(key, buried);
  };

  /** The next message that may go out; expired ones are dropped and worn-out ones buried on the way. */
  const nextReady = (): readonly [string, StoredMessage] | undefined => {
    while (ready.size > 0) {
      const near = firstOf(ready, REORDER_REACH);
      const key = near[chaos.pick(near.length)] ?? near[0];
      const message = key === undefined ? undefined : messages.get(key);
      if (key === undefined || message === undefined) return undefined;
      const { redrive } = settings;
      const dead = redrive !== undefined && message.receives >= redrive.maxReceives ? queue(redrive.queue) : undefined;
      if (message.sentAt + settings.retentionSeconds * 1000 <= now()) drop(key);
      else if (dead !== undefined) bury(key, message, dead);
      else return [key, message];
    }
    return undefined;
  };

  const insert = (message: StoredMessage): void => {
    const key = newId();
    journal({ is: 'put', queue: name, key, message });
    place(key, message);
  };

  return {
    name,
    settings,
    send: ({ body, attributes = {}, group, delaySeconds = settings.delaySeconds }) => {
      const messageId = newId();
      const message = { messageId, body, attributes, ...(group === undefined ? {} : { group }), sentAt: now(), receives: 0 };
      insert({ ...message, visibleAt: now() + delaySeconds * 1000 + chaos.delayMs() });
      if (chaos.duplicate()) insert({ ...message, visibleAt: now() + delaySeconds * 1000 + chaos.delayMs() });
      return messageId;
    },
    receive: (max, visibilitySeconds = settings.visibilitySeconds) => {
      surface();
      const received: Received[] = [];
      while (received.length < max) {
        const next = nextReady();
        if (next === undefined) break;
        const [key, message] = next;
        const taken: StoredMessage = {
          ...message,
          receives: message.receives + 1,
          firstReceivedAt: message.firstReceivedAt ?? now(),
          visibleAt: now() + visibilitySeconds * 1000,
        };
        journal({ is: 'take', queue: name, key, receives: taken.receives, firstReceivedAt: taken.firstReceivedAt ?? now() });
        ready.delete(key);
        messages.set(key, taken);
        hidden.add(taken.visibleAt, key);
        received.push({ ...taken, receipt: receiptOf(key, taken.receives) });
      }
      return received;
    },
    remove: (receipt) => {
      const read = readReceipt(receipt);
      if (read === undefined) return 'no receipt';
      if (messages.get(read.key)?.receives === read.receives) drop(read.key);
      return 'done';
    },
    setVisibility: (receipt, seconds) => {
      const read = readReceipt(receipt);
      if (read === undefined) return 'no receipt';
      const message = messages.get(read.key);
      if (message === undefined) return 'gone';
      if (message.receives !== read.receives || message.visibleAt <= now()) return 'not in flight';
      place(read.key, { ...message, visibleAt: now() + seconds * 1000 });
      return 'done';
    },
    purge: () => {
      journal({ is: 'purge', queue: name });
      messages.clear();
      ready.clear();
    },
    counts: () => {
      surface();
      const waiting = [...messages].filter(([key]) => !ready.has(key));
      const delayed = waiting.filter(([, { receives }]) => receives === 0).length;
      return { visible: ready.size, inFlight: waiting.length - delayed, delayed };
    },
    nextDueAt: () => hidden.next(),
    onSend: (wake) => {
      listeners.add(wake);
      return () => listeners.delete(wake);
    },
    admit: place,
    visible: () => {
      surface();
      return [...ready].flatMap((key) => {
        const message = messages.get(key);
        return message === undefined ? [] : [{ key, message }];
      });
    },
    release: forget,
    entries: () => messages.entries(),
  };
};
