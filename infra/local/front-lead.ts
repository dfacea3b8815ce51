/** Where the next request, or connection, of an address goes; counted until it is done, so that it is known when a former container has no more to do. */
import type { Upstream } from './front-containers.ts';

/** `done` may be called more than once. Undefined as long as no container is known. */
export type Lead = () => { readonly port: number; readonly done: () => void } | undefined;

export interface Leading {
  readonly lead: Lead;
  to(upstream: Upstream): void;
  readonly now: () => Upstream | undefined;
  /** What still goes on with a container. */
  under(id: string): number;
}

/** `ended` is called when the last of a container's is done. */
export const makeLeading = (ended: () => void): Leading => {
  let present: Upstream | undefined;
  const open = new Map<string, number>();
  return {
    to: (upstream) => {
      present = upstream;
    },
    now: () => present,
    under: (id) => open.get(id) ?? 0,
    lead: () => {
      if (present === undefined) return undefined;
      const { id, port } = present;
      open.set(id, (open.get(id) ?? 0) + 1);
      let isDone = false;
      const done = (): void => {
        if (isDone) return;
        isDone = true;
        const left = (open.get(id) ?? 1) - 1;
        if (left > 0) open.set(id, left);
        else {
          open.delete(id);
          ended();
        }
      };
      return { port, done };
    },
  };
};
