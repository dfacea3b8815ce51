/**
 * Virtual time: a heap of events, run in order of time (then of planning). Code under test only ever waits for ports, and
 * every port is answered by an event, so after an event it is enough to let all promises settle before the next one.
 */
export interface Clock {
  now(): number;
  after(ms: number, run: () => void): void;
  /** Resolves or rejects something that code waits for: the loop lets it run before time goes on. */
  wake(settle: () => void): void;
  /** Runs until nothing is planned any more, or `until` is reached. */
  run(until: number): Promise<void>;
  readonly events: number;
}

interface Event {
  readonly at: number;
  readonly n: number;
  readonly run: () => void;
}

export const makeClock = (start: number): Clock => {
  const heap: Event[] = [];
  let now = start;
  let planned = 0;
  let done = 0;
  let woken = false;

  const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.n < b.n);
  const push = (event: Event): void => {
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !before(event, parent)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = event;
  };
  const pop = (): Event | undefined => {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let down = 2 * i + 1;
      let child = heap[down];
      if (child === undefined) break;
      const right = heap[down + 1];
      if (right !== undefined && before(right, child)) {
        down += 1;
        child = right;
      }
      if (!before(child, last)) break;
      heap[i] = child;
      i = down;
    }
    heap[i] = last;
    return first;
  };

  return {
    now: () => now,
    after: (ms, run) => {
      planned += 1;
      push({ at: now + Math.max(0, ms), n: planned, run });
    },
    wake: (settle) => {
      woken = true;
      settle();
    },
    run: async (until) => {
      for (;;) {
        const next = heap[0];
        if (next === undefined || next.at > until) return;
        pop();
        now = next.at;
        done += 1;
        next.run();
        if (woken) {
          woken = false;
          // All promises settle before an immediate runs.
          await new Promise<void>((resolve) => {
            setImmediate(resolve);
          });
        }
      }
    },
    get events() {
      return done;
    },
  };
};
