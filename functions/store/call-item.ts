/**
 * A call as an item of the calls table. Its id holds its whole key, so no index is needed to get one:
 *   pk T#<trigger>, sk <ulid>             index byApplication (application, ulid): fired only      index feed (day, ulid): all
 *   pk C#<call id>, sk ATTEMPT#<n>        one attempt with request and response
 * The application's name stands in `app`; `application` is the sparse index key that untriggered calls lack.
 */
import { type Call, type CallStatus, FINAL, OPEN, splitCallId } from '../core/call.ts';
import type { Commit } from '../core/outcome.ts';
import { isPushSource } from '../core/push.ts';
import { isReasonCode } from '../core/reason-code.ts';
import { expiry, type Item } from './dynamo.ts';

export const callKey = (id: string): { readonly pk: string; readonly sk: string } | undefined => {
  const parts = splitCallId(id);
  return parts === undefined ? undefined : { pk: `T#${parts.trigger}`, sk: parts.ulid };
};

export const attemptKey = (id: string, n: number): { readonly pk: string; readonly sk: string } => ({
  pk: `C#${id}`,
  sk: `ATTEMPT#${String(n).padStart(3, '0')}`,
});

/** `2026-11-23#0`: the shard leaves room to spread a busy day over several partitions. */
export const feedDay = (now: number): string => `${new Date(now).toISOString().slice(0, 10)}#0`;

export const callToItem = (call: Call, retentionDays: number): Item => {
  const { id, application, repeats: _, ...fields } = call;
  const key = callKey(id);
  if (key === undefined) throw new Error(`"${id}" is no call id: <ulid>.<trigger> is`);
  return {
    ...key,
    v: 1,
    ...fields,
    app: application,
    ...(call.status === 'untriggered' ? {} : { application }),
    ulid: key.sk,
    day: feedDay(call.decidedAt),
    expiresAt: expiry(call.decidedAt, retentionDays),
  };
};

const isStatus = (value: unknown): value is CallStatus => typeof value === 'string' && ([...OPEN, ...FINAL] as string[]).includes(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const optional = <K extends string, T>(key: K, value: unknown, is: (value: unknown) => value is T): Partial<Record<K, T>> =>
  is(value) ? ({ [key]: value } as Record<K, T>) : {};
const isText = (value: unknown): value is string => typeof value === 'string';
const isAction = (value: unknown): value is NonNullable<Call['action']> => value === 'deploy' || value === 'rollback' || value === 'redeploy';
const isCommit = (value: unknown): value is Commit => typeof value === 'object' && value !== null;
const isNumber = (value: unknown): value is number => typeof value === 'number';

export const callFromItem = (item: Item): Call => {
  const { reason, repeats } = item;
  return {
    id: `${text(item.sk)}.${text(item.trigger)}`,
    trigger: text(item.trigger),
    application: text(item.app),
    hook: text(item.hook),
    repository: text(item.repository),
    tag: text(item.tag),
    order: text(item.order),
    status: isStatus(item.status) ? item.status : 'unknown',
    ...optional('digest', item.digest, isText),
    ...optional('actor', item.actor, isText),
    ...(isText(reason) && isReasonCode(reason) ? { reason } : {}),
    ...optional('detail', item.detail, isText),
    ...optional('by', item.by, isText),
    ...optional('until', item.until, isNumber),
    ...optional('source', item.source, isPushSource),
    ...optional('delivery', item.delivery, isText),
    ...optional('action', item.action, isAction),
    ...optional('why', item.why, isText),
    ...optional('version', item.version, isNumber),
    ...optional('commit', item.commit, isCommit),
    ...optional('registry', item.registry, isText),
    ...optional('redeliveryOf', item.redeliveryOf, isText),
    ...(repeats instanceof Set ? { repeats: [...repeats].filter(isText) } : {}),
    ...optional('attempts', item.attempts, isNumber),
    ...optional('responseStatus', item.responseStatus, isNumber),
    ...optional('responseBody', item.responseBody, isText),
    receivedAt: number(item.receivedAt),
    decidedAt: number(item.decidedAt),
    ...optional('endedAt', item.endedAt, isNumber),
  };
};
