/** Which route takes a request, as HTTP APIs choose: full match, then `{variable}`, then `{greedy+}`; a method of its own before `ANY`. */
import type { RouteSpec } from './plan-http.ts';

export interface Routed {
  readonly route: RouteSpec;
  readonly parameters: Readonly<Record<string, string>>;
}

const partsOf = (path: string): readonly string[] => path.split('/').slice(1);

const EXACT = 0;
const VARIABLE = 1;
const GREEDY = 2;
const METHOD_OF_ITS_OWN = 0;
const ANY = 1;

/** How good the match is, part by part (smaller is better), with the parameters; undefined when it is none. `path` is decoded. */
const match = (
  route: RouteSpec,
  method: string,
  path: readonly string[],
): { readonly rank: readonly number[]; readonly parameters: Record<string, string> } | undefined => {
  if (route.method !== 'ANY' && route.method !== method) return undefined;
  const parameters: Record<string, string> = {};
  const rank: number[] = [];
  const template = partsOf(route.path);
  for (const [index, part] of template.entries()) {
    const given = path[index];
    const name = /^\{(.+?)(\+?)\}$/.exec(part);
    if (given === undefined) return undefined;
    if (name?.[2] === '+') {
      const rest = path.slice(index).join('/');
      if (rest === '') return undefined;
      return { rank: [...rank, GREEDY], parameters: { ...parameters, [name[1] ?? '']: rest } };
    }
    if (name !== null && given !== '') parameters[name[1] ?? ''] = given;
    else if (part !== given) return undefined;
    rank.push(name === null ? EXACT : VARIABLE);
  }
  return template.length === path.length ? { rank: [...rank, route.method === 'ANY' ? ANY : METHOD_OF_ITS_OWN], parameters } : undefined;
};

const compare = (a: readonly number[], b: readonly number[]): number => {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? GREEDY) - (b[index] ?? GREEDY);
    if (difference !== 0) return difference;
  }
  return 0;
};

export const findRoute = (routes: readonly RouteSpec[], method: string, path: string): Routed | undefined => {
  const parts = partsOf(path);
  const found = routes.flatMap((route) => {
    const matched = match(route, method, parts);
    return matched === undefined ? [] : [{ route, ...matched }];
  });
  const [best] = found.sort((a, b) => compare(a.rank, b.rank));
  return best === undefined ? undefined : { route: best.route, parameters: best.parameters };
};
