/** How far a worker came before it died: by the names of the effects that took place. */
export const reachedBy = (done: readonly string[]) => ({
  leased: done.includes('states.lease') || done.includes('states.take'),
  writes: done.filter((name) => name === 'states.write' || name === 'states.take' || name === 'states.release').length,
  rejected: done.filter((name) => name === 'reject').length,
  told: done.includes('target.apply'),
  recorded: done.includes('states.release'),
});

export type Died = ReturnType<typeof reachedBy>;
