/** The shape of every good answer of the API, by name. Loaded only to describe or to check them: no request waits for it. */
import type * as z from 'zod/mini';
import { APPLICATION_ANSWERS } from './applications.ts';
import { CALL_ANSWERS } from './calls.ts';
import { HOOK_ANSWERS } from './hooks.ts';
import { OTHER_ANSWERS } from './others.ts';
import { TEMPLATE_ANSWERS } from './templates.ts';
import { TRIGGER_ANSWERS } from './triggers.ts';

export const ANSWERS = {
  ...HOOK_ANSWERS,
  ...TRIGGER_ANSWERS,
  ...APPLICATION_ANSWERS,
  ...TEMPLATE_ANSWERS,
  ...CALL_ANSWERS,
  ...OTHER_ANSWERS,
} as const satisfies Record<string, z.ZodMiniType>;

export type AnswerName = keyof typeof ANSWERS;
