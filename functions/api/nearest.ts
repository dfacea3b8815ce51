/** Triggers whose repository is nearly the one asked for: what "I pushed and nothing happened" most often comes from. */
import type { TriggerDefinition } from '../core/definitions.ts';
import { hostOf, pathOf } from '../core/image.ts';

export interface Near {
  readonly trigger: string;
  readonly repository: string;
  readonly why: string;
}

const MOST = 3;
const MAX_EDITS = 3;

export const nearest = (repository: string, triggers: readonly TriggerDefinition[]): readonly Near[] =>
  triggers
    .flatMap((trigger) => {
      const found = likeness(repository, trigger.repository);
      return found === undefined ? [] : [{ trigger: trigger.name, repository: trigger.repository, ...found }];
    })
    .sort((a, b) => a.distance - b.distance || (a.trigger < b.trigger ? -1 : 1))
    .slice(0, MOST)
    .map(({ distance: _, ...near }) => near);

const likeness = (asked: string, named: string): { readonly why: string; readonly distance: number } | undefined => {
  const [host, path] = [hostOf(named), pathOf(named).replace(/\/\*$/, '')];
  const [askedHost, askedPath] = [hostOf(asked), pathOf(asked)];
  if (askedPath === path || (named.endsWith('/*') && askedPath.startsWith(`${path}/`)))
    return { why: `the same path on another host: ${host}, not ${askedHost}`, distance: 0 };
  const edits = distanceOf(askedPath, path);
  if (host === askedHost && edits <= MAX_EDITS && edits * 2 < path.length)
    return { why: `its path differs in ${edits === 1 ? 'one letter' : `${edits} letters`}`, distance: edits };
  if (host === askedHost && lastOf(askedPath) === lastOf(path)) return { why: 'the same last part of the path, below another one', distance: MAX_EDITS + 1 };
  return undefined;
};

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Levenshtein's distance, given up beyond MAX_EDITS. */
const distanceOf = (a: string, b: string): number => {
  if (Math.abs(a.length - b.length) > MAX_EDITS) return MAX_EDITS + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
};
