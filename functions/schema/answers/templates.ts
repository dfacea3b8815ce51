/** Answers about the template of an application, and about its trigger URLs. */
import * as z from 'zod/mini';
import { advice, listOf, optionalText, shownOnce, text, texts, time } from './parts.ts';

const number = z.int().check(z.minimum(1));

const VERSION = {
  version: number,
  at: time,
  by: optionalText,
  why: optionalText,
  from: z.optional(number),
  /** Of one that a deployment made: its call, and the first images that it set. */
  call: optionalText,
  changed: z.optional(z.array(z.strictObject({ path: text, from: text, to: text }))),
} as const;

const TEMPLATE = {
  ...VERSION,
  text,
  images: z.array(z.strictObject({ path: text, image: text })),
  /** What the text asks for, and its value where the application has one. */
  parameters: z.array(z.strictObject({ name: text, value: optionalText })),
} as const;

const TRIGGER_URL = {
  id: text,
  application: text,
  label: optionalText,
  get: z.boolean(),
  registryHost: optionalText,
  hostAliases: z.optional(texts),
  impliedAliases: z.optional(texts),
  repositories: z.optional(texts),
  createdAt: time,
} as const;

export const TEMPLATE_ANSWERS = {
  Template: z.strictObject(TEMPLATE),
  TemplatePut: z.strictObject({ ...TEMPLATE, ...advice }),
  TemplateVersion: z.strictObject({ ...TEMPLATE, diff: optionalText }),
  TemplateVersionList: listOf(z.strictObject(VERSION)),
  TemplateDiff: z.strictObject({ from: number, to: number, diff: text }),
  TriggerUrlMade: z.strictObject({ ...TRIGGER_URL, ...shownOnce }),
  TriggerUrlList: z.strictObject({ items: z.array(z.strictObject(TRIGGER_URL)) }),
  TriggerUrlDeleted: z.strictObject({ id: text, application: text, deleted: z.literal(true) }),
} as const satisfies Record<string, z.ZodMiniType>;
