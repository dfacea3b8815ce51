/** Answers about sessions of the page, and those that describe. */
import * as z from 'zod/mini';
import { text, time } from './parts.ts';

export const OTHER_ANSWERS = {
  ConsoleCode: z.strictObject({ url: z.url(), expiresAt: time }),
  ConsoleSessionList: z.strictObject({ items: z.array(z.strictObject({ id: text, by: text, createdAt: time, expiresAt: time })) }),
  SessionEnded: z.strictObject({ id: text, deleted: z.literal(true) }),
  /** Described by its own specification. */
  JsonSchema: z.looseObject({ $schema: text }),
  OpenApi: z.looseObject({ openapi: z.literal('3.1.1') }),
} as const satisfies Record<string, z.ZodMiniType>;
