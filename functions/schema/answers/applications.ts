/** Answers about applications: what they are, run, want and wait for. */
import * as z from 'zod/mini';
import { FINAL, OPEN } from '../../core/call.ts';
import { applicationBody } from '../application.ts';
import { advice, because, count, dates, listOf, optionalText, optionalTime, text, texts, time } from './parts.ts';

const { target, policy, parameters, source } = applicationBody.shape;
const APPLICATION = { name: text, enabled: z.boolean(), target, policy: policy.def.innerType, parameters, source, ...dates } as const;
const application = z.strictObject(APPLICATION);

const commit = z.optional(z.strictObject({ revision: optionalText, source: optionalText }));
const version = z.optional(z.int().check(z.minimum(1)));
const flag = z.optional(z.literal(true));

const running = z.strictObject({
  /** None of what is the template as a whole; so with `image`. */
  repository: optionalText,
  image: optionalText,
  tag: text,
  digest: optionalText,
  version,
  since: time,
  call: text,
  commit,
  healthy: flag,
});

const wanted = z.strictObject({
  repository: optionalText,
  image: optionalText,
  version,
  restart: flag,
  call: text,
  since: time,
  by: z.enum(['policy', 'person', 'push']),
  status: z.optional(z.enum([...OPEN, ...FINAL])),
  attempts: z.optional(count),
  looksAgainAt: optionalTime,
  deadline: optionalTime,
});

const hold = z.strictObject({
  since: time,
  by: optionalText,
  why: optionalText,
  call: optionalText,
  pinned: z.optional(z.strictObject({ image: optionalText, version })),
});

const waiting = z.strictObject({ call: text, image: optionalText, receivedAt: time, ...because, until: optionalTime });

/** What the target was seen to run, where somebody asked. */
const seen = z.strictObject({
  at: time,
  synced: z.optional(z.boolean()),
  settled: z.optional(z.boolean()),
  containers: z.optional(texts),
  why: optionalText,
  ...because,
});

const status = z.strictObject({
  sync: z.enum(['synced', 'out-of-sync', 'unknown']),
  health: z.enum(['healthy', 'progressing', 'degraded', 'unknown']),
  running: z.array(running),
  wanted: z.array(wanted),
  hold: z.optional(hold),
  waiting: z.array(waiting),
  template: z.optional(z.strictObject({ newest: z.int(), deployed: version })),
  seen: z.optional(seen),
  looksAgainAt: optionalTime,
  rejected: z.array(z.strictObject({ digest: text, at: time, by: optionalText, why: optionalText })),
});

export const APPLICATION_ANSWERS = {
  Application: application,
  ApplicationMade: z.extend(application, { hint: optionalText }),
  ApplicationList: listOf(application),
  ApplicationSeen: z.extend(application, { status, ...advice }),
  Grant: z.discriminatedUnion('needed', [
    z.strictObject({ application: text, needed: z.literal(false), message: text }),
    z.strictObject({ application: text, needed: z.literal(true), template: z.record(z.string(), z.unknown()) }),
  ]),
  Unrejected: z.strictObject({ application: text, digest: text, rejected: z.literal(false) }),
} as const satisfies Record<string, z.ZodMiniType>;
