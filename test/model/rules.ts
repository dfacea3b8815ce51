/**
 * The rules of an application said once more, slowly and by hand, from the design and not from `goal`: what is wanted of each
 * repository, what is told to the target, and how each call ends. A model to compare the real steps with; it knows no crash,
 * only how far a worker came before it died. One long file, because the rules have to be read beside each other.
 */

export interface Image {
  readonly tag: string;
  readonly digest?: string;
}

export interface Setup {
  readonly repositories: 1 | 2;
  readonly sight: 'blind' | 'readable';
  /** Two triggers hear the first repository. */
  readonly twice: boolean;
  readonly quietSeconds?: number;
  readonly maxPerHour?: number;
  readonly autoRollback: boolean;
  readonly neverDown: boolean;
}

export type Fate = 'healthy' | 'failed' | 'hangs';

export interface Open {
  readonly id: string;
  readonly repository: string;
  readonly image: Image;
  readonly order: string;
  readonly received: number;
  readonly by: 'push' | 'redelivery' | 'person';
  readonly back?: boolean;
  /** Why it waits; of quiet time: since when the burst is. */
  waits?: { readonly reason: string; readonly until?: number; readonly since?: number };
}

export interface Ended {
  readonly status: string;
  readonly reason?: string;
  readonly by?: string;
}

interface Good {
  readonly id: string;
  readonly image: Image;
}

interface Wanted {
  id: string;
  image: Image;
  order: string;
  /** The place of a person's wish, whatever place a push has given it since. */
  asked?: string;
  /** The call that gave it its present place. */
  place: string;
  person: boolean;
  automatic: boolean;
  back: boolean;
  /** What it took back. */
  took?: Image;
  /** What ran when this became wanted, where it is no place to go back to. */
  was?: Good;
  /** Told to the target, by a worker that may have died. */
  sent: boolean;
  tries: number;
  retryAt?: number;
  rolls?: { lookAt: number; readonly deadline: number };
  end?: { readonly well: boolean; readonly failed: boolean; readonly repeatable: boolean; readonly at: number };
}

export const WHOLE = '*';
const HOUR = 3_600_000;
const REPEAT = 600_000;
const DEADLINE = 600_000;
export const LOOK_AGAIN = 10_000;
const FIRST_LOOK = 5_000;
const MOST_TRIES = 8;
/** What it waits between two tries: the steps of `retry.ts` and half of the quarter that is random. */
const PAUSES = [2_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000].map((ms) => ms + Math.floor(ms / 8));

/** How far a worker came. `begun`: what is written before all else was; `decided`: the rest too, `marked`: with the mark of the attempt; then the target was told, and its answer written. */
export interface Reached {
  readonly rejected: number;
  readonly begun: boolean;
  readonly decided: boolean;
  readonly marked: boolean;
  readonly told: boolean;
  readonly recorded: boolean;
}
const ALL: Reached = { rejected: Number.POSITIVE_INFINITY, begun: true, decided: true, marked: true, told: true, recorded: true };

/** What a worker has to write beside the mark: something before all else; what a person asked for, before it is acted on. */
export interface Writes {
  readonly begins: boolean;
  readonly wishes: boolean;
}

interface Facts {
  readonly calls: Map<string, Ended>;
  readonly open: Map<string, Open>;
  readonly wanted: Map<string, Wanted>;
  readonly goods: Map<string, readonly Good[]>;
  readonly rejects: Set<string>;
  /** What the target was told, and what runs there. */
  readonly told: string[];
  readonly runs: Map<string, Image>;
  restarted: string;
  readonly deployed: number[];
  hold?: { readonly id?: string };
  fate: Fate;
  /** The target answers that it cannot just now. */
  down: boolean;
  /** A worker that died has the lease until then. */
  leased: number;
}

const nothing = (): Facts => ({
  calls: new Map(),
  open: new Map(),
  wanted: new Map(),
  goods: new Map(),
  rejects: new Set(),
  told: [],
  runs: new Map(),
  restarted: '',
  deployed: [],
  fate: 'healthy',
  down: false,
  leased: 0,
});

export const makeRules = (setup: Setup, facts: Facts = nothing()) => {
  const { calls, open, wanted, goods, rejects, told, runs, deployed } = facts;

  const isOpen = (id: string): boolean => ['queued', 'held', 'running'].includes(calls.get(id)?.status ?? '');
  const end = (id: string, ended: Ended): void => {
    if (isOpen(id)) calls.set(id, ended);
    open.delete(id);
  };
  const finish = (key: string, at: number, how: Omit<NonNullable<Wanted['end']>, 'at'>): void => {
    const one = wanted.get(key);
    if (one === undefined) return;
    delete one.rolls;
    one.end = { ...how, at };
    open.delete(one.id);
  };

  const goodOnes = (key: string): readonly Good[] => {
    const one = wanted.get(key);
    const before = goods.get(key) ?? [];
    if (one === undefined || key === WHOLE) return before;
    if (one.end?.well === true) return [{ id: one.id, image: one.image }, ...before];
    return one.was === undefined ? before : [one.was, ...before];
  };

  const want = ({ repository, id, image, order, by, back }: Open, automatic = false): void => {
    const former = wanted.get(repository);
    const late = former !== undefined && former.order > order;
    const next: Wanted = {
      id,
      image,
      // A redelivery keeps the place that its image has by now; a person stands above what was pushed meanwhile.
      order: late ? former.order : order,
      place: late && by !== 'person' ? former.place : id,
      ...(by === 'person' ? { asked: order } : {}),
      person: by === 'person',
      automatic,
      back: back === true,
      sent: false,
      tries: 0,
    };
    if (by === 'person' && former !== undefined && repository !== WHOLE) {
      const took = isSame(former.image, image) ? former.took : former.image;
      if (took !== undefined) next.took = took;
    }
    // What a roll back leaves is no place to go back to.
    const { took } = next;
    const all = goodOnes(repository);
    const kept = all.filter((one) => !isSame(one.image, image) && !(next.back && took !== undefined && isSame(one.image, took)));
    goods.set(repository, kept.slice(0, 1));
    if (all[0] !== undefined && all[0] !== kept[0]) next.was = all[0];
    wanted.set(repository, next);
  };

  const wait = (id: string, waits: NonNullable<Open['waits']>, anew = false): void => {
    const call = open.get(id);
    if (call === undefined) return;
    const isNew = anew || call.waits?.reason !== waits.reason || call.waits.until !== waits.until || call.waits.since !== waits.since;
    call.waits = waits;
    if (isNew && isOpen(id)) calls.set(id, { status: 'held', reason: waits.reason });
  };

  const isRejected = ({ digest }: Image): boolean => digest !== undefined && rejects.has(digest);
  const refused = (call: Open, one: Wanted | undefined): string | undefined => {
    if (isRejected(call.image)) return 'rejected';
    if (!setup.neverDown || call.repository === WHOLE) return undefined;
    const floor = one?.end !== undefined && !one.end.well ? goodOnes(call.repository)[0]?.image : one?.image;
    return floor !== undefined && isLower(call.image, floor) ? 'lower-version' : undefined;
  };

  /** What the same look decided of other repositories. */
  interface Beside {
    readonly promoted: Set<string>;
    readonly over: Set<string>;
  }

  const gate = (key: string, now: number, { promoted, over }: Beside): Open['waits'] => {
    if (facts.hold !== undefined) return { reason: 'hold' };
    const quiet = (setup.quietSeconds ?? 0) * 1_000;
    if (quiet > 0) {
      const burst = [...open.values()]
        .filter(({ repository, by, id }) => repository === key && by !== 'person' && id !== wanted.get(key)?.id)
        .sort((a, b) => b.received - a.received);
      const last = burst[0]?.received ?? now;
      let since = last;
      for (const { received, waits } of burst)
        if (since - received <= quiet) since = Math.min(since, waits?.reason === 'quiet' ? (waits.since ?? received) : received);
        else break;
      const until = Math.min(last + quiet, since + 10 * quiet);
      if (until > now) return { reason: 'quiet', until, since };
    }
    const { maxPerHour } = setup;
    if (maxPerHour === undefined) return undefined;
    const unsent = [...wanted].filter(([other, one]) => other !== key && one.end === undefined && !one.sent && one.rolls === undefined).map(([other]) => other);
    const begun = new Set([...unsent.filter((other) => !over.has(other)), ...promoted]).size;
    const times = [...deployed.filter((at) => at > now - HOUR), ...Array.from({ length: begun }, () => now)];
    return times.length < maxPerHour ? undefined : { reason: 'rate', until: (times[times.length - maxPerHour] ?? now) + HOUR };
  };

  interface Part {
    readonly begun: (() => void)[];
    readonly rest: (() => void)[];
    promoted: boolean;
    /** Of a person. */
    wish: boolean;
    work: boolean;
    /** What was wanted ends unsent. */
    over?: boolean;
    reject?: string;
  }

  const decide = (key: string, now: number, beside: Beside): Part => {
    const part: Part = { begun: [], rest: [], promoted: false, wish: false, work: false };
    const before = wanted.get(key);
    const skip = (id: string, reason: string, by?: string): void =>
      void part.rest.push(() => end(id, { status: 'skipped', reason, ...(by === undefined ? {} : { by }) }));
    const promote = (call: Open): Part => {
      if (before !== undefined && before.end === undefined)
        skip(before.id, call.by === 'person' && !before.person ? 'rolled-back' : whyFor(before, call), call.id);
      part.rest.push(() => want(call));
      return { ...part, promoted: true, wish: call.by !== 'push', work: true };
    };
    if (before?.end !== undefined) part.rest.push(() => void open.delete(before.id));
    // What a person asked for and what has its end, written by a worker that died then, is not done again.
    const over = (call: Open): boolean => call.by !== 'push' && !isOpen(call.id);
    const all = [...open.values()].filter(({ repository, id }) => repository === key && id !== before?.id);
    for (const { id } of all.filter(over)) part.rest.push(() => void open.delete(id));
    const others = all.filter((call) => !over(call)).sort(newestFirst);

    // What a person asked for runs, unless something was asked for since; against pushes its own hold says which was later.
    const wish = others.find(
      ({ by, order, id }) => by === 'person' && (before === undefined || order > (before.asked ?? before.order) || (!before.person && facts.hold?.id === id)),
    );
    if (wish !== undefined) {
      for (const call of others) if (call.order <= wish.order && call !== wish) skip(call.id, call.by === 'person' ? 'superseded' : 'rolled-back', wish.id);
      return promote(wish);
    }

    const crossed =
      before?.end === undefined && others.some(({ order, image }) => before !== undefined && order > before.order && !isVery(image, before.image));
    let best: Open | undefined;
    let place = before;
    for (const call of others) {
      const older = place !== undefined && call.order < place.order && !(call.by === 'redelivery' && isVery(call.image, place.image));
      if (place?.person === true) {
        const failedOne = place.automatic && call.by === 'push' && call.order === place.order;
        const news = facts.hold !== undefined && call.by === 'push' && place.took?.digest !== undefined && place.took.digest === call.image.digest;
        if (failedOne || older || (news && place.took?.digest !== place.image.digest)) {
          skip(call.id, call.by === 'person' ? 'superseded' : 'rolled-back', place.id);
          continue;
        }
      }
      if (best !== undefined && !(setup.neverDown && isLower(best.image, call.image))) {
        skip(call.id, replacedWhy(call, best), best.id);
        continue;
      }
      // From here on it is newer than all that can run, or a higher version where none goes down.
      const repeats =
        place !== undefined &&
        (call.order === place.order
          ? call.by !== 'redelivery'
          : call.by === 'push' &&
            call.waits === undefined &&
            !crossed &&
            isVery(call.image, place.image) &&
            (place.end === undefined || (place.end.repeatable && call.received - place.end.at <= REPEAT)));
      const no = older || repeats ? 'not this one' : refused(call, before);
      if (best !== undefined && no !== undefined) skip(call.id, replacedWhy(call, best), best.id);
      else if (older && place !== undefined) skip(call.id, whyFor(call, place), place.place);
      else if (repeats && place !== undefined) {
        skip(call.id, 'duplicate', place.id);
        if (call.order > place.order) place = { ...place, order: call.order, place: call.id };
      } else if (no !== undefined) skip(call.id, no);
      else {
        if (best !== undefined) skip(best.id, 'lower-version', call.id);
        best = call;
      }
    }
    if (place !== undefined && place !== before) {
      const moved = place;
      part.begun.push(() => void wanted.set(key, moved));
    }
    if (best !== undefined) {
      const waits = gate(key, now, beside);
      if (waits === undefined) return promote(best);
      const { id } = best;
      part.rest.push(() => wait(id, waits));
    }
    return before === undefined ? part : goOn(key, before, now, part, skip);
  };

  /** Nothing takes the place of what is wanted. */
  const goOn = (key: string, one: Wanted, now: number, part: Part, skip: (id: string, reason: string) => void): Part => {
    if (one.end === undefined) {
      if (one.rolls !== undefined) return { ...part, work: one.rolls.lookAt <= now };
      if (isRejected(one.image) && (!one.person || one.automatic)) {
        skip(one.id, 'rejected');
        part.rest.push(() => finish(key, now, { well: false, failed: false, repeatable: false }));
        return { ...part, over: true };
      }
      if (facts.hold === undefined || one.person) return { ...part, work: one.retryAt === undefined || one.retryAt <= now };
      const died = one.sent && one.retryAt === undefined;
      part.rest.push(() => wait(one.id, { reason: 'hold' }, died));
      return part;
    }
    // A rollout that failed is taken back once; its digest is rejected.
    if (!setup.autoRollback || !one.end.failed || one.automatic || key === WHOLE) return part;
    const to = goods.get(key)?.find(({ image }) => !isSame(image, one.image) && !isRejected(image));
    if (to === undefined) return part;
    const id = mirrored(one.id);
    part.begun.push(() => want({ id, repository: key, image: to.image, order: one.order, received: now, by: 'person', back: true }, true));
    part.rest.unshift(() => void calls.set(id, calls.get(id) ?? { status: 'queued' }));
    return { ...part, work: true, ...(one.image.digest === undefined ? {} : { reject: one.image.digest }) };
  };

  const replacedWhy = (loser: Open, winner: Open): string => {
    const reason = whyFor(loser, winner);
    const gathered = (setup.quietSeconds ?? 0) > 0 && (loser.waits === undefined || loser.waits.reason === 'quiet');
    return reason === 'superseded' && gathered && winner.by !== 'redelivery' ? 'coalesced' : reason;
  };

  const act = (key: string, now: number, { marked, told: isTold, recorded }: Reached): void => {
    const one = wanted.get(key);
    if (one === undefined) return;
    const ends = (status: string, reason: string): void => {
      if (!recorded) return;
      const repeatable = status === 'succeeded' || status === 'delivered';
      end(one.id, { status, reason });
      finish(key, now, { well: repeatable || reason === 'already-running', failed: reason === 'rollout-failed' || reason === 'rollout-deadline', repeatable });
    };
    const roll = (): void => {
      if (!recorded) return;
      if (isOpen(one.id)) calls.set(one.id, { status: 'running' });
      delete one.retryAt;
      one.rolls = { lookAt: now + FIRST_LOOK, deadline: now + DEADLINE };
    };
    if (one.rolls !== undefined) {
      const { deadline } = one.rolls;
      if (facts.fate === 'healthy') ends('succeeded', 'rolled-out');
      else if (facts.fate === 'failed') ends('failed', 'rollout-failed');
      else if (now >= deadline) ends('failed', 'rollout-deadline');
      else if (recorded) one.rolls.lookAt = Math.min(now + LOOK_AGAIN, Math.max(deadline, now + 1_000));
      return;
    }
    const record = calls.get(one.id);
    const tryLater = (): void => {
      if (!recorded) return;
      if (one.tries >= MOST_TRIES) {
        ends('failed', 'unavailable');
        return;
      }
      one.retryAt = now + (PAUSES[one.tries - 1] ?? PAUSES[PAUSES.length - 1] ?? 0);
      if (isOpen(one.id)) calls.set(one.id, { status: 'held', reason: 'retry' });
      const call = open.get(one.id);
      if (call !== undefined) call.waits = { reason: 'retry' };
    };
    // A worker died after it wrote how this ended: that stands.
    if (one.sent && one.retryAt === undefined && record !== undefined && !isOpen(one.id)) {
      ends(record.status, record.reason ?? '');
      return;
    }
    const there = key === WHOLE ? facts.restarted === one.id : isSame(runs.get(key) ?? { tag: '' }, one.image);
    if (setup.sight === 'readable' && facts.down) {
      if (recorded) one.tries += 1;
      tryLater();
      return;
    }
    if (setup.sight === 'readable' && there && (one.sent || facts.fate !== 'failed')) {
      if (facts.fate !== 'healthy') roll();
      else if (one.sent) ends('succeeded', 'confirmed-by-reading');
      else ends('skipped', 'already-running');
      return;
    }
    if (one.tries >= MOST_TRIES) {
      ends('failed', 'unavailable');
      return;
    }
    if (!marked) return;
    if (!one.sent) deployed.push(now);
    one.sent = true;
    one.tries += 1;
    delete one.retryAt;
    if (!isTold) return;
    if (facts.down) {
      tryLater();
      return;
    }
    told.push(key === WHOLE ? WHOLE : `${key} ${one.image.tag}`);
    if (key === WHOLE) facts.restarted = one.id;
    else runs.set(key, one.image);
    if (setup.sight === 'blind') ends('delivered', 'answered-2xx');
    else roll();
  };

  return {
    facts,
    /** Something was pushed, or asked for. */
    add: (call: Open): void => {
      calls.set(call.id, { status: 'queued' });
      open.set(call.id, { ...call });
    },
    /** What a roll back to what ran before means now. */
    previous: (key: string): Image | undefined => {
      const one = wanted.get(key);
      if (one?.back === true && one.end?.well !== true) return one.image;
      return goodOnes(key).find(({ image }) => one === undefined || !isSame(image, one.image))?.image;
    },
    /** When it has to be looked at by itself. */
    due: (): number | undefined => {
      const times = [
        ...[...wanted.values()].flatMap(({ rolls, retryAt, end: over, person }) => {
          if (rolls !== undefined) return [rolls.lookAt];
          return retryAt === undefined || over !== undefined || (facts.hold !== undefined && !person) ? [] : [retryAt];
        }),
        ...[...open.values()].flatMap(({ id, repository, waits }) => (waits?.until === undefined || wanted.get(repository)?.id === id ? [] : [waits.until])),
      ];
      return times.length === 0 ? undefined : Math.min(...times);
    },
    /** One worker's turn: all is judged before anything changes, and at most one thing is told to the target. What had to be written on the way. */
    look: (now: number, reached: Reached = ALL): Writes => {
      if (now < facts.leased) return { begins: false, wishes: false };
      const keys = [...new Set([...wanted.keys(), ...[...open.values()].map(({ repository }) => repository)])].sort();
      const beside = { promoted: new Set<string>(), over: new Set<string>() };
      const parts: { readonly key: string; readonly part: Part }[] = [];
      for (const key of keys) {
        const part = decide(key, now, beside);
        if (part.promoted) beside.promoted.add(key);
        if (part.over === true) beside.over.add(key);
        parts.push({ key, part });
      }
      const failed = parts.flatMap(({ part }) => part.reject ?? []);
      for (const digest of failed.slice(0, reached.rejected)) rejects.add(digest);
      const writes = { begins: parts.some(({ part }) => part.begun.length > 0), wishes: parts.some(({ part }) => part.wish) };
      if (reached.begun) for (const { part } of parts) for (const change of part.begun) change();
      if (!reached.decided) return writes;
      for (const { part } of parts) for (const change of part.rest) change();
      const first = parts.find(({ part }) => part.work);
      if (first !== undefined) act(first.key, now, reached);
      return writes;
    },
  };
};

export type Rules = ReturnType<typeof makeRules>;

export const copyOf = ({ facts }: Rules, setup: Setup): Rules => makeRules(setup, structuredClone(facts));

/** Why something ends for what takes its place: the same push, the same build, or something newer. */
const whyFor = (loser: Pick<Open, 'order' | 'image'>, winner: Pick<Open, 'order' | 'image'> & { readonly by?: Open['by'] }): string => {
  if (winner.by === 'redelivery') return 'superseded';
  if (loser.order === winner.order) return 'duplicate';
  return loser.image.digest !== undefined && loser.image.digest === winner.image.digest ? 'coalesced' : 'superseded';
};

/** Of one push the trigger that sorts first stands for all, a redelivery above what it repeats. */
const newestFirst = (a: Open, b: Open): number => {
  if (a.order !== b.order) return a.order < b.order ? 1 : -1;
  if (a.by !== b.by) return a.by === 'redelivery' ? -1 : 1;
  return a.id < b.id ? -1 : 1;
};

/** Equal as far as anybody can say: by digest, else by tag. */
const isSame = (a: Image, b: Image): boolean => (a.digest !== undefined || b.digest !== undefined ? a.digest === b.digest : a.tag === b.tag);
/** Equal beyond doubt: tag and digest. */
const isVery = (a: Image, b: Image): boolean => a.digest !== undefined && a.digest === b.digest && a.tag === b.tag;

const isLower = ({ tag: a }: Image, { tag: b }: Image): boolean => {
  const [x, y] = [a, b].map((tag) => Number(/^v1\.(\d+)\.0$/.exec(tag)?.[1] ?? -1));
  return (x ?? 0) < (y ?? 0);
};

/** The call of an automatic roll back: the time of the call that failed, and its other characters backwards. */
export const mirrored = (id: string): string => `${id.slice(0, 10)}${[...id.slice(10, 26)].reverse().join('')}.!web`;
