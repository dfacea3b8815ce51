/** Templates of applications. What the text holds is checked by `core/template-fill.ts`. */
import * as z from 'zod/mini';
import { limit } from './request.ts';

/** As JSON a text may be twice as long: every line end and quote is escaped. */
export const TEMPLATE_BODY_BYTES = 500_000;

const NUMBER = 'write the number of a version';
const number = z.pipe(
  z.string().check(z.regex(/^[1-9]\d{0,5}$/, { error: NUMBER })),
  z.transform((text: string) => Number(text)),
);

/** `from`: the version that the text was made from; refused when there is a newer one by now. */
export const templateBody = z.strictObject({
  text: z.string().check(z.minLength(1)),
  why: z.optional(z.string().check(z.minLength(1), z.maxLength(500))),
  from: z.optional(z.int().check(z.minimum(0), z.maximum(999_999))),
});
export const diffQuery = z.strictObject({ from: z.optional(number), to: z.optional(number) });
export const versionsQuery = z.strictObject({ limit, cursor: z.optional(number) });
