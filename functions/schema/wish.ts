/** What people ask of an application. */
import * as z from 'zod/mini';
import { splitCallId } from '../core/call.ts';
import { DIGEST_RULE, isDigest } from '../core/image.ts';

const why = z.optional(z.string().check(z.minLength(1), z.maxLength(500)));
const image = z.string().check(z.minLength(1), z.maxLength(1_500));
const repository = z.optional(image);
const digest = z.string().check(z.maxLength(200), z.refine(isDigest, { error: DIGEST_RULE }));
const call = z.optional(
  z.string().check(
    z.maxLength(100),
    z.refine((text: string) => splitCallId(text) !== undefined, { error: 'write the id of a call, as "call list" shows it' }),
  ),
);
const version = z.optional(z.int().check(z.minimum(1), z.maximum(999_999)));

export const deployBody = z.strictObject({ image, why });
/** Neither `call` nor `version`: what ran before. */
export const rollbackBody = z.strictObject({ call, version, repository, why });
export type RollbackBody = z.infer<typeof rollbackBody>;
export const whyBody = z.strictObject({ why });
export const rejectBody = z.strictObject({ digest, why });
