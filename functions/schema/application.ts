/** Bodies that make or change an application. The target's own fields are checked by its kind. */
import * as z from 'zod/mini';
import { name } from './name.ts';

const whole = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most));
const DAY = 86_400;

/** `approval` is not offered before there is a way to approve: every call would wait for ever. */
const policyFields = {
  quietSeconds: whole(0, 3_600),
  maxAgeSeconds: whole(1, 30 * DAY),
  atMostOnce: z.boolean(),
  // The state remembers the last 100 deployments.
  maxPerHour: whole(1, 100),
  deadlineSeconds: whole(30, DAY),
} as const;

const target = z.looseObject({ kind: z.string().check(z.minLength(1), z.maxLength(40)) });

const policy = z.strictObject({
  quietSeconds: z.optional(policyFields.quietSeconds),
  maxAgeSeconds: z.optional(policyFields.maxAgeSeconds),
  atMostOnce: z.optional(policyFields.atMostOnce),
  maxPerHour: z.optional(policyFields.maxPerHour),
  deadlineSeconds: z.optional(policyFields.deadlineSeconds),
});

/** Field by field; `null` takes one away. */
const policyPatch = z.strictObject({
  quietSeconds: z.optional(z.nullable(policyFields.quietSeconds)),
  maxAgeSeconds: z.optional(z.nullable(policyFields.maxAgeSeconds)),
  atMostOnce: z.optional(z.nullable(policyFields.atMostOnce)),
  maxPerHour: z.optional(z.nullable(policyFields.maxPerHour)),
  deadlineSeconds: z.optional(z.nullable(policyFields.deadlineSeconds)),
});

export const applicationBody = z.strictObject({ name, target, policy: z.optional(policy), enabled: z.optional(z.boolean()) });

export const applicationPatch = z.strictObject({ target: z.optional(target), policy: z.optional(policyPatch), enabled: z.optional(z.boolean()) });
export type ApplicationPatch = z.infer<typeof applicationPatch>;
