/** What travels in the queues: versioned, parsed on receipt. An unknown version is an error, so that the message ends in the dead-letter queue and not in silence. */
import { isFields } from './fields.ts';
import { jsonIn } from './json-in.ts';
import { type Parsed, parsed, refused } from './parsed.ts';
import { isPushSource, type Push } from './push.ts';
import { isRegistryAccess, type RegistryAccess } from './registry-answer.ts';

export interface PushesMessage {
  readonly v: 1;
  readonly deliveryId: string;
  readonly hook: string;
  /** Other names of the hook's registry. */
  readonly hosts: readonly string[];
  /** The hook's registry may be asked about the images. */
  readonly access?: RegistryAccess;
  /** What its sender was answered, where that is not what follows from its pushes. */
  readonly answered?: number;
  readonly receivedAt: number;
  readonly pushes: readonly Push[];
}

/** A hint that an application is to be looked at: never data. */
interface DeploymentMessage {
  readonly v: 1;
  readonly application: string;
}

/** What is read of an event of EventBridge, which a rule of the stack puts into the pushes queue as it is. */
interface BusEvent {
  /** Equal on every delivery of the event. */
  readonly id: string;
  /** Milliseconds since the epoch; absent when it is no time. */
  readonly time?: number;
}

const MAX_PUSHES = 100;
/** Bytes of one message body; SQS takes 1 MiB, a batch of ten shares it. */
const MAX_BYTES = 200_000;

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** One delivery as message bodies, each at most 100 pushes and 200 kB. */
export const encodePushes = (message: PushesMessage): readonly string[] => {
  const bodies: string[] = [];
  let part: Push[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (part.length > 0) bodies.push(JSON.stringify({ ...message, pushes: part }));
    part = [];
    bytes = 0;
  };
  for (const push of message.pushes) {
    const size = bytesOf(JSON.stringify(push)) + 1;
    if (part.length === MAX_PUSHES || (part.length > 0 && bytes + size > MAX_BYTES - 2_000)) flush();
    part.push(push);
    bytes += size;
  }
  flush();
  return bodies;
};

export const encodeDeployment = (application: string): string => JSON.stringify({ v: 1, application } satisfies DeploymentMessage);

const decode = (body: string, queue: string): Readonly<Record<string, unknown>> => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Error(`the ${queue} queue holds a message that is not JSON (${body.length} characters): only this stack's functions may send to it`);
  }
  if (!isFields(value) || value.v !== 1)
    throw new Error(
      `the ${queue} queue holds a message of version ${isFields(value) ? JSON.stringify(value.v) : 'none'}: this code reads version 1; redrive it after the newer code is deployed`,
    );
  return value;
};

const isPush = (value: unknown): value is Push =>
  isFields(value) &&
  typeof value.id === 'string' &&
  typeof value.hook === 'string' &&
  typeof value.repository === 'string' &&
  typeof value.tag === 'string' &&
  typeof value.receivedAt === 'number' &&
  (value.source === undefined || isPushSource(value.source)) &&
  (value.application === undefined || (typeof value.application === 'string' && value.application !== '')) &&
  (value.restart === undefined || (value.restart === true && value.application !== undefined));

export const decodePushes = (body: string): PushesMessage => {
  const value = decode(body, 'pushes');
  const { deliveryId, hook, hosts, access, answered, receivedAt, pushes } = value;
  if (
    typeof deliveryId !== 'string' ||
    typeof hook !== 'string' ||
    typeof receivedAt !== 'number' ||
    !Array.isArray(pushes) ||
    !pushes.every(isPush) ||
    !Array.isArray(hosts)
  )
    throw new Error('the pushes queue holds a message of version 1 with missing fields: only this stack’s functions may send to it');
  const known = hosts.filter((host) => typeof host === 'string');
  const optional = { ...(isRegistryAccess(access) ? { access } : {}), ...(typeof answered === 'number' ? { answered } : {}) };
  return { v: 1, deliveryId, hook, hosts: known, ...optional, receivedAt, pushes };
};

/** Whether a body of the pushes queue is such an event. It carries no version of ours: its format is AWS's to keep. */
export const isBusEvent = (body: string): boolean => asEvent(body) !== undefined;

export const decodeBusEvent = (body: string): Parsed<BusEvent> => {
  const { id, time } = asEvent(body) ?? {};
  if (typeof id !== 'string' || id === '' || id.length > MAX_EVENT_ID) return refused('the event has no id by which its deliveries could be known as one');
  const at = typeof time === 'string' && EVENT_TIME.test(time) ? Date.parse(time) : Number.NaN;
  return parsed(at >= 0 ? { id, time: at } : { id });
};

/** EventBridge writes UTC, to the second. */
const EVENT_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const MAX_EVENT_ID = 200;

const asEvent = (body: string): Readonly<Record<string, unknown>> | undefined => {
  // A message of ours is not parsed twice.
  if (!body.includes('"detail-type"')) return undefined;
  const value = jsonIn(body);
  return isFields(value) && value.v === undefined && value['detail-type'] !== undefined ? value : undefined;
};

export const decodeDeployment = (body: string): DeploymentMessage => {
  const { application } = decode(body, 'deployments');
  if (typeof application !== 'string' || application === '')
    throw new Error('the deployments queue holds a message without "application": only this stack’s functions may send to it');
  return { v: 1, application };
};

/** The same on every attempt of one deployment, never the same for two. */
export const idempotencyKey = (application: string, rev: number): string => `${application}.${rev}`;
