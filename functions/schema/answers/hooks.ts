/** Answers about hooks. */
import * as z from 'zod/mini';
import { VERDICTS } from '../../core/delivery-record.ts';
import { EXPLANATION } from './explanation.ts';
import { advice, count, dates, listOf, optionalText, optionalTime, shownOnce, text, texts, time } from './parts.ts';

const valid = z.array(z.strictObject({ createdAt: time, expiresAt: optionalTime }));

const credential = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('hmac'), secrets: valid }),
  z.strictObject({ by: z.literal('basic'), secrets: valid }),
  z.strictObject({ by: z.literal('header'), name: text, secrets: valid }),
  z.strictObject({ by: z.literal('oidc'), audience: text, email: optionalText }),
]);

const HOOK = {
  name: text,
  registry: text,
  registryHost: optionalText,
  hostAliases: texts,
  repositories: z.optional(texts),
  enabled: z.boolean(),
  credential: z.optional(credential),
  access: z.optional(z.union([z.enum(['public', 'ecr']), z.strictObject({ auth: text })])),
  sweepMinutes: z.optional(count),
  /** When each token that is valid was made, and ends: two during a rotation. The hook ecr has none. */
  tokens: valid,
  // Nobody made the hook ecr.
  createdAt: z.optional(dates.createdAt),
  updatedAt: z.optional(dates.updatedAt),
} as const;

const impliedAliases = z.optional(texts);
const sweep = z.strictObject({ lookedAt: time, missed: count, missedAt: optionalTime, why: optionalText });

const near = z.strictObject({ trigger: text, repository: text, why: text });
export const UNHEARD = { nearest: z.optional(z.array(near)), ...advice } as const;

const delivery = z.strictObject({
  id: text,
  at: time,
  verdict: z.enum(VERDICTS),
  status: z.optional(z.int()),
  why: optionalText,
  references: texts,
  more: z.optional(count),
  calls: z.optional(texts),
  source: z.optional(z.enum(['sweep', 'test'])),
  test: z.optional(z.literal(true)),
  ...UNHEARD,
});

const tried = z.strictObject({
  ...EXPLANATION,
  ...UNHEARD,
  digest: optionalText,
  registry: text,
  dry: z.boolean(),
  test: z.literal(true),
  sample: z.strictObject({ method: text, headers: z.record(z.string(), text), body: text }),
});

export const HOOK_ANSWERS = {
  Hook: z.strictObject(HOOK),
  HookMade: z.strictObject({ ...HOOK, ...shownOnce }),
  HookRotated: z.strictObject({ ...HOOK, url: z.optional(shownOnce.url), guide: z.optional(shownOnce.guide), previousValidUntil: optionalTime }),
  HookSeen: z.strictObject({ ...HOOK, impliedAliases, sweep: z.optional(sweep) }),
  HookList: listOf(z.strictObject({ ...HOOK, impliedAliases })),
  Guide: z.strictObject({ name: text, registry: text, guide: texts, ...advice }),
  DeliveryList: z.strictObject({ items: z.array(delivery), ...advice }),
  HookTried: tried,
  HookTested: z.extend(tried, { delivery: text }),
} as const satisfies Record<string, z.ZodMiniType>;
