/**
 * The place of a push among those of its repository, as ONE text that sorts: 13 digits of milliseconds, `#`, an id.
 *
 * The time is when it was pushed, if the sender says so credibly: a sender's clock may run ahead (then it is when we
 * received it), and a time more than a day old is a wrong clock or a replay, so it is not believed either. The id makes
 * places distinct and the same on every delivery.
 */
import type { Push } from './push.ts';

const DAY = 86_400_000;
const DIGITS = 13;
const LAST = 10 ** DIGITS - 1;

export const orderOf = ({ id, pushedAt, receivedAt }: Pick<Push, 'id' | 'pushedAt' | 'receivedAt'>): string => {
  const believed = pushedAt !== undefined && receivedAt - pushedAt < DAY;
  return encode(believed ? Math.min(pushedAt, receivedAt) : receivedAt, id);
};

/** What a person does is ordered by when it is done. */
export const manualOrder = (now: number, id: string): string => encode(now, id);

/** Milliseconds since the epoch. */
export const orderTime = (order: string): number => Number(order.slice(0, DIGITS));

const encode = (time: number, id: string): string => `${String(Math.min(Math.max(Math.floor(time), 0), LAST)).padStart(DIGITS, '0')}#${id}`;
