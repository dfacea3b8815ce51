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

const ABOUT = {
  hook: HOOK_ANSWERS,
  trigger: TRIGGER_ANSWERS,
  application: APPLICATION_ANSWERS,
  template: TEMPLATE_ANSWERS,
  call: CALL_ANSWERS,
  other: OTHER_ANSWERS,
} as const;

/** What an answer is about, as its fields are described by. */
export const aboutOf = (name: string): string => Object.entries(ABOUT).find(([, answers]) => Object.hasOwn(answers, name))?.[0] ?? '';

export type AnswerName = keyof typeof ANSWERS;
