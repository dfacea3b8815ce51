/** What a push would do. */
import * as z from 'zod/mini';
import { FINAL, OPEN } from '../../core/call.ts';
import { because, optionalText, optionalTime, reason, text, texts, time } from './parts.ts';

const verdict = z.strictObject({
  would: z.enum(['deploy', 'wait', 'skip', 'fail']),
  reason: z.optional(reason),
  sentence: text,
  cure: text,
  until: optionalTime,
  /** The call that runs, or is to run, in place of the push. */
  by: optionalText,
  detail: optionalText,
});

const decision = z.strictObject({
  trigger: text,
  application: text,
  hook: text,
  repository: text,
  fires: z.boolean(),
  ...because,
  detail: optionalText,
  /** Of one that fires: what would then become of the push. */
  verdict: z.optional(verdict),
  warnings: z.optional(texts),
});

export const EXPLANATION = {
  call: z.optional(z.strictObject({ id: text, status: z.enum([...OPEN, ...FINAL]), reason: z.optional(reason), receivedAt: time })),
  image: text,
  repository: text,
  tag: text,
  hook: optionalText,
  triggers: z.array(decision),
  /** Why the hook would not take the push. */
  ignored: optionalText,
} as const;
