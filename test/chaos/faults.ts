/**
 * Invocations and what goes wrong around each effect of theirs. A port call takes time and may be throttled (no effect),
 * time out (with or without effect), have its answer lost so that the client sends it again (effect twice), or take the
 * invocation down before or after the effect. What was under way when an invocation ended may still land, up to 9 s later.
 */
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

export type Kind = 'ingest' | 'match' | 'deploy' | 'tick' | 'api';

export interface Invocation {
  readonly id: number;
  readonly kind: Kind;
  /** Of this machine's clock. */
  readonly skew: number;
  /** Every call of this one is slow, so that it runs into its time-out. */
  readonly slow: boolean;
  /** Applications and repositories that it had to do with: finds its lines in the history. */
  readonly about: Set<string>;
  /** What was a fact when it took its lease: a hold, and the digests that were rejected. */
  readonly saw: { held: boolean; rejects: ReadonlySet<string> };
  ended?: number;
}

export interface Rates {
  readonly throttle: number;
  readonly timeout: number;
  readonly twice: number;
  readonly crashBefore: number;
  readonly crashAfter: number;
  readonly slow: number;
}

export const RATES: Rates = { throttle: 0.012, timeout: 0.012, twice: 0.01, crashBefore: 0.007, crashAfter: 0.007, slow: 0.006 };
export const NO_RATES: Rates = { throttle: 0, timeout: 0, twice: 0, crashBefore: 0, crashAfter: 0, slow: 0 };

/** Some days are worse than others. */
export const times = (rates: Rates, factor: number): Rates => ({
  throttle: rates.throttle * factor,
  timeout: rates.timeout * factor,
  twice: rates.twice * factor,
  crashBefore: rates.crashBefore * factor,
  crashAfter: rates.crashAfter * factor,
  slow: rates.slow * factor,
});

export const FAULTS = ['throttled', 'timedOut', 'timedOutWithEffect', 'sentTwice', 'crashedBefore', 'crashedAfter', 'killedAtTimeOut', 'landedLate'] as const;
export type Fault = (typeof FAULTS)[number];

const TIMEOUTS: Readonly<Record<Kind, number>> = { ingest: 10_000, match: 60_000, deploy: 60_000, tick: 60_000, api: 29_000 };
const REQUEST_TIMEOUT = 3_000;
const LATEST = 9_000;
const SKEW = 200;

export class Injected extends Error {}

export type Note = (invocation: Invocation, what: string) => void;

export interface Faults {
  start(kind: Kind, onDeath: (how: Fault) => void): Invocation;
  end(invocation: Invocation): void;
  /** One call of a port; `effect` is atomic. */
  call<T>(invocation: Invocation, name: string, effect: () => T): Promise<T>;
  /** The time on this invocation's machine. */
  time(invocation: Invocation): number;
  /** An outside call with a course of its own (a target): `effect` lands at `at`, the answer comes at `answer`. */
  outside<T>(invocation: Invocation, name: string, course: Course<T>): Promise<T>;
  heal(): void;
  readonly counts: Readonly<Record<Fault, number>>;
}

export interface Course<T> {
  /** When the effect lands; absent when it never does. */
  readonly effectAfter?: number;
  readonly answerAfter: number;
  readonly effect: () => void;
  readonly answer: () => T;
}

export const makeFaults = (clock: Clock, random: Random, rates: Rates, note: Note): Faults => {
  const counts = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;
  const deaths = new Map<Invocation, (how: Fault) => void>();
  let current = rates;
  let started = 0;

  const die = (invocation: Invocation, how: Fault): void => {
    if (invocation.ended !== undefined) return;
    counts[how] += 1;
    invocation.ended = clock.now();
    note(invocation, `** ${how}`);
    deaths.get(invocation)?.(how);
    deaths.delete(invocation);
  };

  /** Runs an effect at its time; when the invocation has ended meanwhile: at once, late, or never. */
  const land = (invocation: Invocation, after: number, name: string, run: () => void): void =>
    clock.after(after, () => {
      if (invocation.ended === undefined) return run();
      const roll = random.next();
      if (roll < 0.2) return;
      const rest = invocation.ended + LATEST - clock.now();
      clock.after(roll < 0.5 || rest <= 0 ? 0 : random.next() * rest, () => {
        counts.landedLate += 1;
        note(invocation, `** landed late: ${name}`);
        quietly(run);
      });
    });

  const latency = (invocation: Invocation): number => {
    if (invocation.slow) return random.between(2_000, 9_000);
    const roll = random.next();
    if (roll < 0.93) return random.between(2, 25);
    return roll < 0.99 ? random.between(25, 500) : random.between(500, 2_500);
  };

  const call = <T>(invocation: Invocation, name: string, effect: () => T): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (invocation.ended !== undefined) return;
      const answer = (after: number, settle: () => void): void =>
        clock.after(after, () => {
          if (invocation.ended === undefined) clock.wake(settle);
        });
      const attempt = (settle: (value: T) => void): void => {
        try {
          const value = effect();
          if (invocation.ended === undefined) clock.wake(() => settle(value));
        } catch (error) {
          if (invocation.ended === undefined) clock.wake(() => reject(error));
        }
      };
      const took = latency(invocation);
      const roll = random.next();
      let edge = current.throttle;
      if (roll < edge) {
        counts.throttled += 1;
        note(invocation, `** throttled: ${name}`);
        return answer(took, () => reject(new Injected(`${name}: throttled`)));
      }
      edge += current.timeout;
      if (roll < edge) {
        const lands = random.chance(0.5);
        counts[lands ? 'timedOutWithEffect' : 'timedOut'] += 1;
        note(invocation, `** timed out ${lands ? 'with' : 'without'} effect: ${name}`);
        if (lands) land(invocation, random.next() * REQUEST_TIMEOUT, name, () => quietly(effect));
        return answer(REQUEST_TIMEOUT, () => reject(new Injected(`${name}: no answer within ${REQUEST_TIMEOUT} ms`)));
      }
      edge += current.twice;
      if (roll < edge) {
        counts.sentTwice += 1;
        note(invocation, `** sent twice: ${name}`);
        land(invocation, random.next() * REQUEST_TIMEOUT, name, () => quietly(effect));
        return land(invocation, REQUEST_TIMEOUT + took, name, () => attempt(resolve));
      }
      edge += current.crashBefore;
      if (roll < edge) return clock.after(random.next() * took, () => die(invocation, 'crashedBefore'));
      edge += current.crashAfter;
      if (roll < edge)
        return land(invocation, took, name, () => {
          quietly(effect);
          die(invocation, 'crashedAfter');
        });
      land(invocation, took, name, () => attempt(resolve));
    });

  return {
    start: (kind, onDeath) => {
      started += 1;
      const invocation: Invocation = {
        id: started,
        kind,
        skew: Math.round(random.between(-SKEW, SKEW)),
        slow: random.chance(current.slow),
        about: new Set(),
        saw: { held: false, rejects: new Set() },
      };
      deaths.set(invocation, onDeath);
      clock.after(TIMEOUTS[kind], () => die(invocation, 'killedAtTimeOut'));
      return invocation;
    },
    end: (invocation) => {
      invocation.ended ??= clock.now();
      deaths.delete(invocation);
    },
    call,
    time: (invocation) => Math.floor(clock.now()) + invocation.skew,
    outside: (invocation, name, { effectAfter, answerAfter, effect, answer }) =>
      new Promise((resolve) => {
        if (invocation.ended !== undefined) return;
        const doom = random.next();
        if (doom < current.crashBefore + current.crashAfter)
          clock.after(random.next() * answerAfter * 1.01, () => die(invocation, doom < current.crashBefore ? 'crashedBefore' : 'crashedAfter'));
        if (effectAfter !== undefined) land(invocation, effectAfter, name, effect);
        clock.after(answerAfter, () => {
          if (invocation.ended === undefined) clock.wake(() => resolve(answer()));
        });
      }),
    heal: () => {
      current = NO_RATES;
    },
    counts,
  };
};

/** An effect whose end nobody hears of. */
const quietly = (effect: () => unknown): void => {
  try {
    effect();
  } catch {
    // Nobody is there to be told.
  }
};
