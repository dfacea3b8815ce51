/** What both doors of ingest have in common: a delivery, who it is from, what is answered and logged, and the queue. */
import type { ApplicationDefinition, HookDefinition } from '../core/definitions.ts';
import { type DeliveryRecord, deliveryRecord, type Verdict } from '../core/delivery-record.ts';
import type { PushesMessage } from '../core/message.ts';
import type { Parsed } from '../core/parsed.ts';
import type { IgnoredEvent, Push, PushEvent } from '../core/push.ts';
import { slow } from '../core/slow.ts';

/** One HTTP delivery: header names in lower case, `body` the raw bytes. */
export interface Delivery {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Of its sender. */
  readonly ip?: string;
}

export interface Answer {
  readonly status: 200 | 202 | 204 | 400 | 401 | 404 | 405 | 413 | 503;
  readonly message: string;
  readonly pushes?: number;
  /** With 405: the methods that are taken, as the header `Allow` has them. */
  readonly allow?: string;
  /** Instead of the message, exactly this is what the sender waits for. */
  readonly as?: HandshakeAnswer;
}

interface HandshakeAnswer {
  readonly status: 200 | 204;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Reading =
  | { readonly is: 'events'; readonly pushes: readonly PushEvent[]; readonly ignored: readonly IgnoredEvent[] }
  | { readonly is: 'handshake'; readonly answer: HandshakeAnswer }
  | { readonly is: 'unreadable'; readonly why: string };

type TriggerReading =
  | { readonly is: 'events'; readonly pushes: readonly PushEvent[]; readonly ignored: readonly IgnoredEvent[]; readonly anyHost?: boolean }
  | { readonly is: 'unreadable'; readonly why: string }
  | { readonly is: 'restart' };

export interface IngestPorts {
  hook(name: string): Promise<HookDefinition | undefined>;
  /** Asked only for a trigger URL. */
  application(name: string): Promise<ApplicationDefinition | undefined>;
  readToken(text: string): Parsed<{ readonly hook: string; readonly token: string }>;
  verifyToken(token: string, hook: HookDefinition | undefined, now: number): boolean;
  /** The second factor, where the hook has one. `missing` and `wrong` are the sender's; `unready` is ours, and passes. */
  verifyCredential(
    hook: HookDefinition,
    delivery: Delivery,
    now: number,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly is: 'missing' | 'wrong' | 'unready'; readonly why: string }>;
  /** Reads by the hook's own format. */
  read(hook: HookDefinition, delivery: Delivery): Promise<Reading>;
  readTrigger(hook: HookDefinition, delivery: Delivery): Promise<TriggerReading>;
  /** When the hook's own format does not recognise the delivery and another one does: what people call both. */
  looksLike(hook: HookDefinition, delivery: Delivery): Promise<{ readonly other: string; readonly own: string } | undefined>;
  toPush(event: PushEvent, hook: HookDefinition, made: { readonly id: string; readonly receivedAt: number }): Parsed<Push>;
  send(message: PushesMessage): Promise<void>;
  /** Keeps what came of a delivery with its hook. */
  note(record: DeliveryRecord): Promise<void>;
  now(): number;
  newUlid(now: number): string;
  log(event: string, fields: Readonly<Record<string, string | number | boolean | undefined>>): void;
}

/** What is said where nothing else is to be said. */
export const ACCEPTED = 'accepted';
export const MAX_BODY_BYTES = 1_048_576;

interface Received {
  readonly deliveryId: string;
  readonly now: number;
  /** Logs the answer, and gives it back. */
  done(answer: Answer, hook?: string, ignored?: number): Answer;
  /** The same where the delivery ends here: its hook then shows it. Only of who knows a token, or anybody could fill the table. */
  ended(answer: Answer, hook: string, verdict: Verdict, spoke?: Spoke): Promise<Answer>;
}

/** What a delivery spoke of, and how much of that was ignored. */
interface Spoke {
  readonly references: readonly string[];
  readonly ignored?: number;
}

export const receive = (delivery: Delivery, ports: IngestPorts): Received => {
  const now = ports.now();
  const deliveryId = ports.newUlid(now);
  const done: Received['done'] = (answer, hook, ignored) => {
    const why = answer.message === ACCEPTED ? undefined : answer.message;
    // Nothing is said where all is as ever.
    ports.log('push.received', {
      delivery: deliveryId,
      hook,
      status: answer.status,
      ...(answer.pushes === 1 && !ignored ? {} : { pushes: answer.pushes, ignored: ignored === 0 ? undefined : ignored }),
      bytes: why === undefined ? undefined : delivery.body.length,
      why,
      ip: answer.status < 400 ? undefined : delivery.ip,
      ...slow(ports.now() - now),
    });
    return answer;
  };
  return {
    deliveryId,
    now,
    done,
    ended: async (answer, hook, verdict, { references, ignored } = { references: [] }) => {
      const why = answer.message.replace(/^ignored: /, '');
      const record = deliveryRecord({ id: deliveryId, hook, at: now, verdict, status: answer.status, why, references });
      // The sender is answered all the same.
      await ports.note(record).catch((error: unknown) => ports.log('delivery.unrecorded', { delivery: deliveryId, hook, why: String(error) }));
      return done(answer, hook, ignored);
    },
  };
};

/** The first push has the id of its delivery, so that one id leads from the request to the end of the call; the others get their own. */
export const idsFor = ({ deliveryId, now }: Received, ports: IngestPorts): (() => string) => {
  let next: string | undefined = deliveryId;
  return () => {
    const id = next ?? ports.newUlid(now);
    next = undefined;
    return id;
  };
};

export const tooLarge = ({ body }: Delivery): Answer | undefined =>
  body.length > MAX_BODY_BYTES ? { status: 413, message: `the body has ${body.length} bytes; at most ${MAX_BODY_BYTES} are read` } : undefined;

/** The hook whose token this is. A malformed, an unknown, an expired and a disabled one are all the same, and take the same time: a guesser learns nothing. */
export const authentic = async (token: string, now: number, ports: IngestPorts): Promise<HookDefinition | undefined> => {
  const named = ports.readToken(token);
  const found = named.ok ? await ports.hook(named.value.hook) : undefined;
  const valid = ports.verifyToken(named.ok ? named.value.token : '', found, now);
  return valid && found?.enabled === true ? found : undefined;
};

/** Whether the queue has every part. `answered`: where it is not what such a delivery is answered as a rule. */
export const enqueue = async (
  { deliveryId, now }: Received,
  { name, access }: HookDefinition,
  hosts: readonly string[],
  pushes: readonly Push[],
  ports: IngestPorts,
  answered?: number,
): Promise<boolean> => {
  try {
    const optional = { ...(access === undefined ? {} : { access }), ...(answered === undefined ? {} : { answered }) };
    await ports.send({ v: 1, deliveryId, hook: name, hosts, ...optional, receivedAt: now, pushes });
    return true;
  } catch (error) {
    ports.log('push.refused', { delivery: deliveryId, hook: name, why: error instanceof Error ? error.message : String(error) });
    return false;
  }
};

const SHOWN = 3;
/** A sender's own text in our answer: enough to be known again. */
const SHOWN_TEXT = 200;
const cut = (text: string): string => (text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text);

export const spokeOf = (ignored: readonly IgnoredEvent[]): Spoke => ({
  references: ignored.flatMap(({ reference }) => reference ?? []),
  ignored: ignored.length,
});

/** Why nothing of the delivery can fire. */
export const summary = (ignored: readonly IgnoredEvent[]): string => {
  if (ignored.length === 0) return 'the delivery holds no event';
  const shown = ignored.slice(0, SHOWN).map(({ why, reference }) => (reference === undefined ? why : `${cut(reference)}: ${why}`));
  return ignored.length > SHOWN ? `${shown.join('; ')}; and ${ignored.length - SHOWN} more` : shown.join('; ');
};
