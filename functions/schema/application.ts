/** Bodies that make or change an application. The target's own fields are checked by its kind. */
import * as z from 'zod/mini';
import { name } from './name.ts';

const MOST_PARAMETERS = 50;

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
  autoRollback: z.boolean(),
  neverDown: z.boolean(),
} as const;

const target = z.looseObject({ kind: z.string().check(z.minLength(1), z.maxLength(40)) });

const policy = z.strictObject({
  quietSeconds: z.optional(policyFields.quietSeconds),
  maxAgeSeconds: z.optional(policyFields.maxAgeSeconds),
  atMostOnce: z.optional(policyFields.atMostOnce),
  maxPerHour: z.optional(policyFields.maxPerHour),
  deadlineSeconds: z.optional(policyFields.deadlineSeconds),
  autoRollback: z.optional(policyFields.autoRollback),
  neverDown: z.optional(policyFields.neverDown),
});

/** Field by field; `null` takes one away. */
const policyPatch = z.strictObject({
  quietSeconds: z.optional(z.nullable(policyFields.quietSeconds)),
  maxAgeSeconds: z.optional(z.nullable(policyFields.maxAgeSeconds)),
  atMostOnce: z.optional(z.nullable(policyFields.atMostOnce)),
  maxPerHour: z.optional(z.nullable(policyFields.maxPerHour)),
  deadlineSeconds: z.optional(z.nullable(policyFields.deadlineSeconds)),
  autoRollback: z.optional(z.nullable(policyFields.autoRollback)),
  neverDown: z.optional(z.nullable(policyFields.neverDown)),
});

/** Of the `${name}` placeholders of a template. */
const PARAMETER = /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/;
export const PARAMETERS_RULE = `at most ${MOST_PARAMETERS} parameters; the name of each has 1 to 100 of A-Z, a-z, 0-9, "_", "." and "-", and begins with a letter or "_"`;
export const areParameters = (parameters: object): boolean => {
  const names = Object.keys(parameters);
  return names.length <= MOST_PARAMETERS && names.every((each) => PARAMETER.test(each));
};
const value = z.string().check(z.maxLength(4_096));
const parameters = z.record(z.string(), value).check(z.refine(areParameters, { error: PARAMETERS_RULE }));
const parametersPatch = z
  .record(z.string(), z.nullable(value))
  .check(z.refine((given) => Object.keys(given).every((each) => PARAMETER.test(each)), { error: PARAMETERS_RULE }));

/** A secret in the address (over http a user is most often one) would be shown with the application; nothing here reads the repository, so none is needed. */
const GIT = /^(?:https?:\/\/[^\s@/]+\/\S+|(?:ssh|git):\/\/(?:[\w.-]+@)?[^\s@/:]+(?::\d+)?\/\S+|[\w.-]+@[\w.-]+:\S+)$/;
const source = z.strictObject({
  git: z.string().check(
    z.maxLength(1_000),
    z.regex(GIT, {
      error: 'give the address of a git repository without a password or token, as in https://git.example.com/team/app.git or git@git.example.com:team/app.git',
    }),
  ),
  revision: z.optional(z.string().check(z.minLength(1), z.maxLength(250))),
  path: z.optional(z.string().check(z.minLength(1), z.maxLength(500))),
});

export const applicationBody = z.strictObject({
  name,
  target,
  policy: z.optional(policy),
  parameters: z.optional(parameters),
  source: z.optional(source),
  enabled: z.optional(z.boolean()),
});

export const applicationPatch = z.strictObject({
  target: z.optional(target),
  policy: z.optional(policyPatch),
  parameters: z.optional(parametersPatch),
  source: z.optional(z.nullable(source)),
  enabled: z.optional(z.boolean()),
});
export type ApplicationPatch = z.infer<typeof applicationPatch>;
