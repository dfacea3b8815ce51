/** Pushes of the past, as the records of calls have them; and of those that no trigger heard, what the hooks still know. */
import { splitCallId } from '../../../functions/core/call.ts';
import { type Fields, list, textOf, texts } from '../../../functions/core/fields.ts';
import { parseImage } from '../../../functions/core/image.ts';
import type { Asking } from '../files/held.ts';

export interface PastPush {
  readonly id: string;
  readonly hook: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
  readonly receivedAt: number;
  /** By trigger: what came of it. None where no trigger heard it. */
  readonly calls: ReadonlyMap<string, Fields>;
}

/** More would take minutes to read. */
const MOST_CALLS = 50_000;

export interface Past {
  /** In the order in which they were received. */
  readonly pushes: readonly PastPush[];
  /** There were more before these. */
  readonly cut: boolean;
}

/** `from` in milliseconds since the epoch. */
export const pastPushes = async (session: Asking, from: number, hooks: readonly string[]): Promise<Past> => {
  const { items, cursor } = await session.pages('/v1/calls', { since: new Date(from).toISOString() }, MOST_CALLS);
  const heard = new Map<string, PastPush & { readonly calls: Map<string, Fields> }>();
  for (const call of items) {
    const push = pushOf(call);
    if (push === undefined) continue;
    const known = heard.get(push.id) ?? push;
    known.calls.set(textOf(call.trigger), call);
    heard.set(push.id, known);
  }
  const unheard: PastPush[] = [];
  for (const hook of hooks) {
    const { items: deliveries } = await session.ask({ method: 'GET', path: `/v1/hooks/${encodeURIComponent(hook)}/deliveries` });
    unheard.push(
      ...list(deliveries)
        .flatMap((delivery) => unheardIn(delivery, hook))
        .filter(({ receivedAt }) => receivedAt >= from),
    );
  }
  return { pushes: [...heard.values(), ...unheard].sort((a, b) => a.receivedAt - b.receivedAt || (a.id < b.id ? -1 : 1)), cut: cursor !== undefined };
};

/** Undefined for what no push made: wishes of people, trigger URLs, the policy; and for what was done again, or to try a hook. */
const pushOf = ({ id, trigger, action, redeliveryOf, source, hook, repository, tag, digest, receivedAt }: Fields) => {
  const ulid = splitCallId(textOf(id))?.ulid;
  if (ulid === undefined || textOf(trigger).startsWith('!') || action !== undefined || redeliveryOf !== undefined || source === 'test') return undefined;
  const image = { repository: textOf(repository), tag: textOf(tag), ...(typeof digest === 'string' ? { digest } : {}) };
  return { id: ulid, hook: textOf(hook), ...image, receivedAt: Date.parse(textOf(receivedAt)), calls: new Map<string, Fields>() };
};

const unheardIn = ({ id, at, verdict, references, source }: Fields, hook: string): readonly PastPush[] =>
  verdict !== 'unheard' || source === 'test'
    ? []
    : texts(references).flatMap((reference, i) => {
        const image = parseImage(reference);
        if (!image.ok || image.value.tag === undefined) return [];
        const { repository, tag } = image.value;
        return [{ id: i === 0 ? textOf(id) : `${textOf(id)}-${i}`, hook, repository, tag, receivedAt: Date.parse(textOf(at)), calls: new Map() }];
      });
