/** Parts of answers. Every object is closed: a field that is shown and not declared is a mistake. */
import * as z from 'zod/mini';
import { isReasonCode, REASON_STATUS } from '../../core/reason-code.ts';

export const text = z.string();
export const texts = z.array(text);
export const time = z.iso.datetime();
export const count = z.int().check(z.minimum(0));
export const optionalText = z.optional(text);
export const optionalTime = z.optional(time);

export const reason = z.enum(Object.keys(REASON_STATUS).filter(isReasonCode));
/** Why, in words of the language asked for. */
export const because = { reason: z.optional(reason), sentence: optionalText, cure: optionalText } as const;

/** What is said beside an answer: in words, and as requests that are a way on. */
export const advice = { hint: optionalText, next: z.optional(texts) } as const;
/** Of a URL that is shown once. */
export const shownOnce = { url: z.url(), guide: texts } as const;
export const dates = { createdAt: time, updatedAt: time } as const;

export const listOf = <T extends z.ZodMiniType>(item: T) => z.strictObject({ items: z.array(item), cursor: optionalText });
