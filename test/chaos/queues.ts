/** A standard SQS queue: no order, delays, deliveries more than once, visibility, a dead-letter queue. */
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

export interface Message {
  readonly id: string;
  readonly body: string;
  /** How often it was handed out. */
  receives: number;
  deleted: boolean;
  dead: boolean;
}

export interface Options {
  readonly name: string;
  readonly visibility: number;
  readonly maxReceives: number;
  readonly batch: number;
  /** A batch, each message with its count of receives; `ack` is called for those that are done. */
  readonly deliver: (batch: readonly { readonly message: Message; readonly receives: number }[]) => void;
}

export interface QueueCounts {
  sent: number;
  delivered: number;
  duplicated: number;
  dead: number;
  redriven: number;
}

export interface Queue {
  send(body: string, delayMs?: number): void;
  ack(message: Message): void;
  /** Dead letters go back to the queue, some of them twice; the number of them. */
  redrive(): number;
  /** Messages that are neither done nor dead. */
  pending(): number;
  readonly counts: QueueCounts;
}

const DUPLICATES = 0.02;

export const makeQueue = (clock: Clock, random: Random, troubled: () => boolean, { name, visibility, maxReceives, batch, deliver }: Options): Queue => {
  const counts: QueueCounts = { sent: 0, delivered: 0, duplicated: 0, dead: 0, redriven: 0 };
  let pending = 0;
  let waiting: { message: Message; receives: number }[] = [];
  let dead: Message[] = [];

  const hand = (message: Message): void => {
    message.receives += 1;
    counts.delivered += 1;
    const { receives } = message;
    clock.after(visibility, () => {
      if (!message.deleted && message.receives === receives) show(message);
    });
    waiting.push({ message, receives });
    if (waiting.length === 1) clock.after(batch === 1 ? 0 : random.next() * 100, flush);
  };
  const flush = (): void => {
    const now = waiting.slice(0, batch);
    waiting = waiting.slice(batch);
    if (waiting.length > 0) clock.after(0, flush);
    deliver(now);
  };
  /** The message is visible: it is received, or has been received too often. */
  const show = (message: Message): void => {
    if (message.deleted || message.dead) return;
    if (message.receives >= maxReceives) {
      message.dead = true;
      counts.dead += 1;
      pending -= 1;
      dead.push(message);
      return;
    }
    hand(message);
    // Handed out again although it is invisible, or even deleted: that is what "at least once" means.
    if (troubled() && random.chance(DUPLICATES))
      clock.after(random.next() * visibility, () => {
        if (message.dead || message.receives >= maxReceives) return;
        counts.duplicated += 1;
        hand(message);
      });
  };
  const add = (body: string, delayMs: number): void => {
    counts.sent += 1;
    pending += 1;
    const message: Message = { id: `${name}-${counts.sent}`, body, receives: 0, deleted: false, dead: false };
    const wait = troubled() && random.chance(0.03) ? random.between(1_000, 40_000) : random.between(1, 200);
    clock.after(delayMs + wait, () => show(message));
  };

  return {
    send: (body, delayMs = 0) => add(body, delayMs),
    ack: (message) => {
      if (!message.deleted && !message.dead) pending -= 1;
      message.deleted = true;
    },
    redrive: () => {
      const letters = dead;
      dead = [];
      for (const { body } of letters) {
        counts.redriven += 1;
        add(body, 0);
        if (random.chance(0.2)) add(body, random.next() * 1_000);
      }
      return letters.length;
    },
    pending: () => pending,
    counts,
  };
};
