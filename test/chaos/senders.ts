/** Registries: what they push, how they tell it, and how they tell it again when no good answer came. */
import type { PushEvent } from '../../functions/core/push.ts';
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';
import type { Sender } from './topology.ts';

/** One push as it happened; all its deliveries carry the same `serial`, as the actor, so that the checker can follow it. */
export interface Event {
  readonly serial: string;
  readonly hook: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
  readonly eventId?: string;
  readonly pushedAt?: number;
}

/** Encoded as JSON: a format of the simulator's own, since formats have suites of their own. */
export const encodeEvents = (events: readonly Event[]): string => JSON.stringify({ events });

export const readEvents = (
  body: Uint8Array,
): { readonly is: 'events'; readonly pushes: readonly PushEvent[]; readonly ignored: readonly [] } | { readonly is: 'unreadable'; readonly why: string } => {
  const value: unknown = JSON.parse(new TextDecoder().decode(body));
  if (!isEnvelope(value)) return { is: 'unreadable', why: 'no events' };
  return {
    is: 'events',
    pushes: value.events.map(({ serial, repository, tag, digest, eventId, pushedAt }) => ({
      host: repository.slice(0, repository.indexOf('/')),
      path: repository.slice(repository.indexOf('/') + 1),
      tag,
      actor: serial,
      ...(digest === undefined ? {} : { digest }),
      ...(eventId === undefined ? {} : { eventId }),
      ...(pushedAt === undefined ? {} : { pushedAt }),
    })),
    ignored: [],
  };
};
const isEnvelope = (value: unknown): value is { readonly events: readonly Event[] } =>
  typeof value === 'object' && value !== null && 'events' in value && Array.isArray(value.events);

export const digestOf = (n: number): string => `sha256:${n.toString(16).padStart(64, '0')}`;

/** What happens at `done`: the status that the sender saw, or undefined when it saw none in time. */
export type Post = (sender: Sender, events: readonly Event[], done: (status: number | undefined) => void) => void;

export interface Traffic {
  /** Deliveries that still have to be tried. */
  open(): number;
  readonly counts: { pushes: number; deliveries: number; retries: number; repeats: number; givenUp: number };
}

const RETRIES_MS = [1_000, 5_000, 30_000, 120_000, 300_000];

/** Plans `pushes` pushes: bursts with pauses between, each delivered, repeated until it is taken, and now and then once more. */
export const startTraffic = (senders: readonly Sender[], pushes: number, clock: Clock, random: Random, post: Post): Traffic => {
  const counts = { pushes: 0, deliveries: 0, retries: 0, repeats: 0, givenUp: 0 };
  let open = 0;
  const former = new Map<string, Event>();

  const deliver = (sender: Sender, events: readonly Event[], attempt: number): void => {
    counts.deliveries += 1;
    post(sender, events, (status) => {
      if (status !== undefined && status >= 200 && status < 300) {
        open -= 1;
        if (attempt >= 0 && random.chance(0.04)) {
          counts.repeats += 1;
          open += 1;
          clock.after(random.chance(0.5) ? random.between(0, 2_000) : random.between(2_000, 200_000), () => deliver(sender, events, -1));
        }
        return;
      }
      const pause = RETRIES_MS[Math.max(attempt, 0)];
      if (pause === undefined) {
        counts.givenUp += 1;
        open -= 1;
        return;
      }
      counts.retries += 1;
      clock.after(pause * random.between(0.9, 1.3), () => deliver(sender, events, Math.max(attempt, 0) + 1));
    });
  };

  const push = (sender: Sender, repository: string): void => {
    const now = clock.now();
    const again = sender.evidence !== 'none' && random.chance(0.08) ? former.get(repository) : undefined;
    const count = again === undefined && random.chance(0.1) ? 2 : 1;
    const first = counts.pushes;
    const events: Event[] = Array.from({ length: count }, (_, i) => {
      counts.pushes += 1;
      const serial = `e${counts.pushes}`;
      return {
        serial,
        hook: sender.hook,
        repository,
        tag: again?.tag ?? `v1.0.${counts.pushes}`,
        // Two tags of one build have one digest.
        ...(sender.evidence === 'none' ? {} : { digest: again?.digest ?? digestOf(first + 1) }),
        ...(sender.evidence === 'event-id' ? { eventId: serial } : {}),
        ...(sender.timed ? { pushedAt: now + i } : {}),
      };
    });
    const [event] = events;
    if (event !== undefined && again === undefined && random.chance(0.3)) former.set(repository, event);
    open += 1;
    // Most tell it at once, some late, so that pushes arrive out of order.
    clock.after(random.chance(0.06) ? random.between(1_000, 90_000) : random.between(5, 300), () => deliver(sender, events, 0));
  };

  open += 1;
  const burst = (): void => {
    if (counts.pushes >= pushes) {
      open -= 1;
      return;
    }
    const sender = random.pick(senders);
    const repository = random.pick(sender.repositories);
    const size = random.chance(0.35) ? 2 + random.below(5) : 1;
    for (let i = 0, at = 0; i < size && counts.pushes + i < pushes; i += 1, at += random.between(0, 4_000))
      clock.after(at, () => {
        if (counts.pushes < pushes) push(sender, repository);
      });
    clock.after(random.chance(0.1) ? random.between(60_000, 400_000) : random.between(500, 25_000), burst);
  };
  clock.after(0, burst);
  return { open: () => open, counts };
};
