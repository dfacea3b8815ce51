/** Answers about triggers. */
import * as z from 'zod/mini';
import { rule } from '../trigger.ts';
import { EXPLANATION } from './explanation.ts';
import { UNHEARD } from './hooks.ts';
import { advice, dates, listOf, optionalText, shownOnce, text, texts } from './parts.ts';

const TRIGGER = { name: text, hook: text, repository: text, rule, application: text, enabled: z.boolean(), ...dates } as const;
const trigger = z.strictObject(TRIGGER);

export const TRIGGER_ANSWERS = {
  Trigger: trigger,
  TriggerSeen: z.strictObject({ ...TRIGGER, warnings: z.optional(texts) }),
  /** `url`: where it made a hook of its own. */
  TriggerMade: z.strictObject({ ...TRIGGER, url: z.optional(shownOnce.url), guide: shownOnce.guide, ...advice }),
  TriggerList: listOf(trigger),
  Explained: z.strictObject({ ...EXPLANATION, ...UNHEARD }),
  Deleted: z.strictObject({ name: text, deleted: z.literal(true), hint: optionalText, next: advice.next }),
} as const satisfies Record<string, z.ZodMiniType>;
