/**
 * An event of Amazon ECR, as the stack's rule puts it into the pushes queue, made into the message that ingest would have
 * sent. Nothing of it is new at a second delivery, be it of SQS or of EventBridge: the id of the push follows from the
 * event, so that both find the call of the first.
 */

import { type DeliveryRecord, deliveryRecord } from '../core/delivery-record.ts';
import { ECR_HOOK } from '../core/ecr-hook.ts';
import { ecrHosts } from '../core/ecr-host.ts';
import { decodeBusEvent, type PushesMessage } from '../core/message.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { type IgnoredEvent, type PushEvent, toPush } from '../core/push.ts';

type EcrReading =
  | { readonly is: 'events'; readonly pushes: readonly PushEvent[]; readonly ignored: readonly IgnoredEvent[] }
  | { readonly is: 'unreadable'; readonly why: string };

interface EcrEventPorts {
  /** Reads by the format of ECR. */
  read(body: string): EcrReading;
  /** The ULID of this time whose other half follows from `seed`. */
  ulidFrom(time: number, seed: string): string;
}

/** The message that an event stands for; else why it is none, and what its hook keeps of it, which is the same at every receipt. */
export type EcrMessage = { readonly ok: true; readonly value: PushesMessage } | { readonly ok: false; readonly why: string; readonly record: DeliveryRecord };

/** `sentAt`: when SQS took it, in milliseconds. Never throws, whatever the event holds. */
export const readEcrEvent = (body: string, sentAt: number, ports: EcrEventPorts): EcrMessage => {
  const message = messageIn(body, sentAt, ports);
  if (message.ok) return message;
  const id = ports.ulidFrom(sentAt, body);
  return { ...message, record: deliveryRecord({ id, hook: ECR_HOOK.name, at: sentAt, verdict: 'ignored', why: message.why, references: [] }) };
};

const messageIn = (body: string, sentAt: number, { read, ulidFrom }: EcrEventPorts): Parsed<PushesMessage> => {
  const event = decodeBusEvent(body);
  if (!event.ok) return event;
  const { id: eventId, time } = event.value;
  const reading = read(body);
  if (reading.is === 'unreadable') return refused(reading.why);
  const [pushed, ...more] = reading.pushes;
  if (pushed === undefined) return refused(reading.ignored.map(({ why, reference }) => (reference === undefined ? why : `${reference}: ${why}`)).join('; '));
  // One event is one image under one tag, and one id of a push follows from it.
  if (more.length > 0) return refused(`the event names ${reading.pushes.length} images`);
  // A replay of an archive keeps its old time, and with it its place among the pushes; SQS says what lies in the future.
  const receivedAt = Math.min(time ?? sentAt, sentAt);
  const id = ulidFrom(receivedAt, eventId);
  const push = toPush({ ...pushed, eventId }, ECR_HOOK, { id, receivedAt });
  if (!push.ok) return push;
  const { name: hook, access } = ECR_HOOK;
  return parsed({ v: 1, deliveryId: id, hook, hosts: ecrHosts(pushed.host ?? '') ?? [], access, receivedAt, pushes: [push.value] });
};
