/**
 * What is asked while a request is under way goes together in the next one: in a burst the messages of a batch share a few
 * requests, each paid for; one alone waits for nobody. Fails for all that shared it, since nobody can tell who was spared.
 */
export const makeGathered = (send: (names: readonly string[]) => Promise<void>): ((names: readonly string[]) => Promise<void>) => {
  let last: Promise<void> = Promise.resolve();
  let next: { readonly names: Set<string>; readonly sent: Promise<void> } | undefined;
  return (asked) => {
    if (next === undefined) {
      const names = new Set<string>();
      const begin = (): Promise<void> => {
        next = undefined;
        return send([...names]);
      };
      // Whatever became of the one before: it has told those who waited for it.
      last = last.then(begin, begin);
      next = { names, sent: last };
    }
    for (const name of asked) next.names.add(name);
    return next.sent;
  };
};
