/**
 * Ingest: authenticate, read, enqueue; answer 2xx only when the queue has every part.
 *
 * What is authentic is always answered 2xx, with the reason when it is not a push or not understood: a 4xx makes some
 * senders repeat for ever and others switch themselves off. Nothing but the table and the queue is waited for.
 */
import type { HookDefinition } from '../core/definitions.ts';
import type { PushesMessage } from '../core/message.ts';
import type { Parsed } from '../core/parsed.ts';
import type { IgnoredEvent, Push, PushEvent } from '../core/push.ts';

/** One HTTP delivery: header names in lower case, `body` the raw bytes. */
export interface Delivery {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Answer {
  readonly status: 200 | 202 | 401 | 404 | 413 | 503;
  readonly message: string;
  readonly pushes?: number;
}

type Reading =
  | { readonly is: 'events'; readonly pushes: readonly PushEvent[]; readonly ignored: readonly IgnoredEvent[] }
  | { readonly is: 'unreadable'; readonly why: string };

export interface IngestPorts {
  hook(name: string): Promise<HookDefinition | undefined>;
  readToken(text: string): Parsed<{ readonly hook: string; readonly token: string }>;
  verifyToken(token: string, hook: HookDefinition | undefined, now: number): boolean;
  verifyCredential(hook: HookDefinition, delivery: Delivery): { readonly ok: true } | { readonly ok: false; readonly why: string };
  /** Reads by the hook's own format; `looksLike` names another format that recognises the delivery. */
  read(hook: HookDefinition, delivery: Delivery): Reading;
  looksLike(hook: HookDefinition, delivery: Delivery): string | undefined;
  toPush(event: PushEvent, hook: HookDefinition, made: { readonly id: string; readonly receivedAt: number }): Parsed<Push>;
  send(message: PushesMessage): Promise<void>;
  now(): number;
  newUlid(now: number): string;
  log(event: string, fields: Readonly<Record<string, string | number | boolean | undefined>>): void;
}

export const MAX_BODY_BYTES = 1_048_576;

export const ingest = async (token: string, delivery: Delivery, ports: IngestPorts): Promise<Answer> => {
  const now = ports.now();
  const deliveryId = ports.newUlid(now);
  const done = (answer: Answer, hook?: string, ignored?: number): Answer => {
    ports.log('push.received', {
      delivery: deliveryId,
      hook,
      status: answer.status,
      pushes: answer.pushes,
      ignored,
      bytes: delivery.body.length,
      why: answer.message,
      ms: ports.now() - now,
    });
    return answer;
  };
  if (delivery.body.length > MAX_BODY_BYTES)
    return done({ status: 413, message: `the body has ${delivery.body.length} bytes; at most ${MAX_BODY_BYTES} are read` });

  // One answer for a malformed, an unknown, an expired and a disabled token: a guesser learns nothing.
  const named = ports.readToken(token);
  const found = named.ok ? await ports.hook(named.value.hook) : undefined;
  const valid = ports.verifyToken(named.ok ? named.value.token : '', found, now);
  if (!valid || found?.enabled !== true)
    return done({ status: 404, message: 'no such webhook URL: copy it again from the answer that created it, or rotate the hook' });

  const proof = ports.verifyCredential(found, delivery);
  if (!proof.ok) return done({ status: 401, message: proof.why }, found.name);

  const reading = ports.read(found, delivery);
  if (reading.is === 'unreadable') {
    const other = ports.looksLike(found, delivery);
    const hint = other === undefined ? '' : `; this looks like ${other}, the hook is for ${found.registry}`;
    return done({ status: 200, message: `ignored: ${reading.why}${hint}` }, found.name);
  }
  const ignored: IgnoredEvent[] = [...reading.ignored];
  const pushes: Push[] = [];
  for (const event of reading.pushes) {
    const push = ports.toPush(event, found, { id: ports.newUlid(now), receivedAt: now });
    if (push.ok) pushes.push(push.value);
    else ignored.push({ why: push.why, reference: `${event.path}:${event.tag}` });
  }
  if (pushes.length === 0) return done({ status: 200, message: `ignored: ${summary(ignored)}` }, found.name, ignored.length);
  try {
    await ports.send({ v: 1, deliveryId, hook: found.name, hosts: hostsOf(found), receivedAt: now, pushes });
  } catch (error) {
    ports.log('push.refused', { delivery: deliveryId, hook: found.name, why: error instanceof Error ? error.message : String(error) });
    return done({ status: 503, message: 'the queue did not take the push: send it again' }, found.name);
  }
  return done({ status: 202, message: 'accepted', pushes: pushes.length }, found.name, ignored.length);
};

const hostsOf = (hook: HookDefinition): readonly string[] => [
  ...new Set([...(hook.registryHost === undefined ? [] : [hook.registryHost]), ...hook.hostAliases]),
];

const SHOWN = 3;
/** A sender's own text in our answer: enough to be known again. */
const SHOWN_TEXT = 200;
const cut = (text: string): string => (text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text);
const summary = (ignored: readonly IgnoredEvent[]): string => {
  if (ignored.length === 0) return 'the delivery holds no event';
  const shown = ignored.slice(0, SHOWN).map(({ why, reference }) => (reference === undefined ? why : `${cut(reference)}: ${why}`));
  return ignored.length > SHOWN ? `${shown.join('; ')}; and ${ignored.length - SHOWN} more` : shown.join('; ');
};
