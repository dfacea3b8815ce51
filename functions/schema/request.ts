/** Everything else that a request may carry: the filters of lists, and the bodies of what is asked or done once. */
import * as z from 'zod/mini';
import { type CallStatus, FINAL, OPEN } from '../core/call.ts';
import { isTag, TAG_RULE } from '../core/image.ts';
import { isReasonCode, REASON_STATUS } from '../core/reason-code.ts';
import { isMoment, MOMENT_RULE } from './moment.ts';
import { CALLER_RULE, isCaller, name } from './name.ts';

const LIMIT = 'give a whole number from 1 to 100';
export const limit = z.optional(
  z.pipe(
    z.string().check(z.regex(/^(?:[1-9]\d?|100)$/, { error: LIMIT })),
    z.transform((text: string) => Number(text)),
  ),
);
const cursor = z.optional(z.string().check(z.minLength(1), z.maxLength(4_000)));
const lang = z.optional(z.enum(['en', 'zh']));
export const DEFAULT_LIMIT = 20;

/** One word or several, with commas between them. `meant`: what a word stands for; nothing where it is none. */
const several = <T>(most: number, words: readonly string[], meant: (word: string) => readonly T[]) =>
  z.optional(
    z.pipe(
      z.string().check(
        z.maxLength(most),
        z.refine((text: string) => text.split(',').every((word) => meant(word).length > 0), {
          error: `give one or several, with commas between them, of ${words.join(', ')}`,
        }),
      ),
      z.transform((text: string): readonly T[] => [...new Set(text.split(',').flatMap(meant))]),
    ),
  );

/** Every status, and words for several at once. */
export const STATUS_GROUPS = {
  open: OPEN,
  ended: FINAL,
  fired: [...OPEN, ...FINAL.filter((status) => status !== 'untriggered')],
  deployed: ['delivered', 'succeeded'],
} as const satisfies Record<string, readonly CallStatus[]>;

const STATUSES: readonly CallStatus[] = [...OPEN, ...FINAL];
const isGroup = (word: string): word is keyof typeof STATUS_GROUPS => Object.hasOwn(STATUS_GROUPS, word);
const statusesOf = (word: string): readonly CallStatus[] => (isGroup(word) ? STATUS_GROUPS[word] : STATUSES.filter((status) => status === word));

const repository = z.optional(z.string().check(z.minLength(1), z.maxLength(500)));
/** `repository` as the trigger names it, with the star of a pattern. */
export const triggersQuery = z.strictObject({ application: z.optional(name), hook: z.optional(name), repository, limit, cursor });
/** `registry`: the format. */
export const hooksQuery = z.strictObject({ registry: z.optional(name), limit, cursor });

/** What an application is at this moment: its health, on hold, with calls that wait, or switched off. */
export const STATE_WORDS = ['healthy', 'progressing', 'degraded', 'unknown', 'held', 'waiting', 'disabled'] as const;
export type StateWord = (typeof STATE_WORDS)[number];
const state = several(200, STATE_WORDS, (word) => STATE_WORDS.filter((known) => known === word));
/** `name`: how it begins. `target`: a kind. */
export const applicationsQuery = z.strictObject({ name: z.optional(name), target: z.optional(name), state, repository, limit, cursor });
export type ApplicationsQuery = z.infer<typeof applicationsQuery>;

const status = several(200, [...STATUSES, ...Object.keys(STATUS_GROUPS)], statusesOf);
const reason = several(500, Object.keys(REASON_STATUS), (word) => (isReasonCode(word) ? [word] : []));

/** Exactly this one: a list is not searched by an expression. */
const tag = z.optional(z.string().check(z.refine(isTag, { error: `give one whole tag: ${TAG_RULE}` })));
/** Read against the clock of the API. */
const moment = z.optional(z.string().check(z.maxLength(40), z.refine(isMoment, { error: MOMENT_RULE })));

const caller = z.string().check(z.refine(isCaller, { error: CALLER_RULE }));

export const callsQuery = z.strictObject({
  trigger: z.optional(caller),
  application: z.optional(name),
  status,
  reason,
  tag,
  hook: z.optional(name),
  repository,
  since: moment,
  until: moment,
  limit,
  cursor,
  lang,
});
export const langQuery = z.strictObject({ lang });
export const deleteQuery = z.strictObject({ force: z.optional(z.enum(['true', 'false'])) });
export const rotateQuery = z.strictObject({ keep: z.optional(z.enum(['former', 'newest'])) });
export const noQuery = z.strictObject({});

export const emptyBody = z.strictObject({});
/** An image, perhaps as if it came through a hook; or the id of a call. */
export const explainBody = z.strictObject({
  image: z.optional(z.string().check(z.minLength(1), z.maxLength(1_500))),
  hook: z.optional(name),
  call: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
});
