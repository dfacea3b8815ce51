/** Answers about calls. */
import * as z from 'zod/mini';
import { FINAL, OPEN } from '../../core/call.ts';
import { advice, because, count, listOf, optionalText, optionalTime, text, texts, time } from './parts.ts';

const CALL = {
  id: text,
  trigger: text,
  application: text,
  hook: optionalText,
  repository: text,
  tag: text,
  digest: optionalText,
  actor: optionalText,
  /** Its place among the pushes of its repository: texts that sort, the newest last. */
  order: text,
  source: z.optional(z.enum(['sweep', 'test'])),
  action: z.optional(z.enum(['deploy', 'rollback', 'redeploy'])),
  why: optionalText,
  version: z.optional(z.int()),
  commit: z.optional(z.strictObject({ revision: optionalText, source: optionalText })),
  registry: optionalText,
  status: z.enum([...OPEN, ...FINAL]),
  ...because,
  detail: optionalText,
  /** The call that replaced or included this one. */
  by: optionalText,
  until: optionalTime,
  redeliveryOf: optionalText,
  repeats: z.optional(texts),
  attemptCount: count,
  responseStatus: z.optional(z.int()),
  responseBody: optionalText,
  receivedAt: time,
  decidedAt: time,
  endedAt: optionalTime,
} as const;

const headers = z.record(z.string(), text);
/** Cut: with the length and sha256 of what was read. */
const body = z.strictObject({ text, bytes: count, sha256: text, complete: z.boolean() });

const attempt = z.strictObject({
  n: count,
  at: time,
  outcome: text,
  idempotencyKey: text,
  detail: optionalText,
  request: z.optional(z.strictObject({ method: text, url: text, headers, body: z.optional(body) })),
  response: z.optional(z.strictObject({ status: z.int(), headers, body })),
  /** Why there is no response. */
  error: optionalText,
  ms: z.optional(z.number()),
});

export const CALL_ANSWERS = {
  CallList: listOf(z.strictObject(CALL)),
  CallSeen: z.strictObject({ ...CALL, attempts: z.array(attempt) }),
  CallAsked: z.strictObject({ ...CALL, ...advice }),
} as const satisfies Record<string, z.ZodMiniType>;
