/** Keys ordered by a time (a binary heap): the earliest is looked at without a walk over thousands of delayed messages. */
interface DueList {
  add(at: number, key: string): void;
  /** Time of the earliest key. */
  next(): number | undefined;
  /** Takes the earliest key if its time has come. */
  take(now: number): { readonly at: number; readonly key: string } | undefined;
}

export const makeDueList = (): DueList => {
  const heap: { readonly at: number; readonly key: string }[] = [];

  const at = (index: number): number => heap[index]?.at ?? Number.POSITIVE_INFINITY;
  const swap = (a: number, b: number): void => {
    const [first, second] = [heap[a], heap[b]];
    if (first === undefined || second === undefined) return;
    heap[a] = second;
    heap[b] = first;
  };

  const rise = (start: number): void => {
    for (let index = start; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (at(parent) <= at(index)) return;
      swap(index, parent);
      index = parent;
    }
  };

  const sink = (): void => {
    for (let index = 0; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const child = at(right) < at(left) ? right : left;
      if (at(child) >= at(index)) return;
      swap(index, child);
      index = child;
    }
  };

  return {
    add: (time, key) => {
      heap.push({ at: time, key });
      rise(heap.length - 1);
    },
    next: () => heap[0]?.at,
    take: (now) => {
      const first = heap[0];
      if (first === undefined || first.at > now) return undefined;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) {
        heap[0] = last;
        sink();
      }
      return first;
    },
  };
};
