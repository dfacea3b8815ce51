/** The three ways to patch an object of the API, and who owns which of its fields afterwards: as much of it as a deployment can tell apart. */

export type Json = Record<string, unknown>;

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field, or the item of a list that has this value under this key. */
type Segment = string | readonly [key: string, value: unknown];
type Leaf = readonly [path: readonly Segment[], value: unknown];

export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** In milliseconds. */
  readonly time: number;
  /** Paths as JSON. */
  readonly fields: ReadonlySet<string>;
}

/** Lists that are merged by a key, by their names; all others are one value. */
const KEYS: Readonly<Record<string, string>> = { containers: 'name', initContainers: 'name', env: 'name', volumes: 'name', ports: 'containerPort' };

const leavesOf = (value: unknown, path: readonly Segment[] = []): readonly Leaf[] => {
  if (isJson(value) && Object.keys(value).length > 0) return Object.entries(value).flatMap(([field, inside]) => leavesOf(inside, [...path, field]));
  const last = path.at(-1);
  const key = typeof last === 'string' ? KEYS[last] : undefined;
  if (!Array.isArray(value) || key === undefined || !value.every((item) => isJson(item) && key in item)) return [[path, value]];
  return value.flatMap((item: Json) => leavesOf(item, [...path, [key, item[key]]]));
};

const step = (inside: unknown, segment: Segment): unknown => {
  if (typeof segment === 'string') return isJson(inside) ? inside[segment] : undefined;
  const [key, value] = segment;
  return Array.isArray(inside) ? inside.find((item) => isJson(item) && item[key] === value) : undefined;
};

const find = (object: Json, path: readonly Segment[]): unknown => path.reduce<unknown>(step, object);

/** Null takes the field away, as both kinds of merge have it; an object without fields changes none. */
const put = (object: Json, path: readonly Segment[], value: unknown): void => {
  if (isJson(value) && isJson(find(object, path))) return;
  let inside: unknown = object;
  for (const [i, segment] of path.slice(0, -1).entries()) {
    if (step(inside, segment) === undefined) {
      if (value === null) return;
      if (typeof segment !== 'string') {
        if (Array.isArray(inside)) inside.push({ [segment[0]]: segment[1] });
      } else if (isJson(inside)) inside[segment] = typeof path[i + 1] === 'string' ? {} : [];
    }
    inside = step(inside, segment);
  }
  const last = path.at(-1);
  if (typeof last !== 'string' || !isJson(inside)) return;
  if (value === null) delete inside[last];
  else inside[last] = value;
};

/** Lists of containers and the like are merged by their keys. */
export const strategicMerge = (live: Json, patch: Json): Json => {
  const next = structuredClone(live);
  for (const [path, value] of leavesOf(patch)) put(next, path, value);
  return next;
};

/** RFC 7386. */
export const jsonMerge = (live: unknown, patch: unknown): unknown => {
  if (!isJson(patch)) return patch;
  const next: Json = isJson(live) ? { ...live } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete next[field];
    else next[field] = jsonMerge(next[field], value);
  }
  return next;
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
/** Nobody owns what names the object. */
const isOwned = ([path]: Leaf): boolean =>
  !same(path, ['apiVersion']) && !same(path, ['kind']) && !same(path, ['metadata', 'name']) && !same(path, ['metadata', 'namespace']);
const textOf = (path: readonly Segment[]): string => JSON.stringify(path);

export interface Applied {
  readonly object: Json;
  readonly owners: readonly Owner[];
  /** Fields that somebody else owns with another value, each with its owner; taken over by force. */
  readonly conflicts: readonly string[];
}

/** Server-side apply: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
export const serverSideApply = (live: Json, owners: readonly Owner[], body: Json, manager: string, time: number): Applied => {
  const leaves = leavesOf(body).filter(isOwned);
  const wanted = new Set(leaves.map(([path]) => textOf(path)));
  const isOurs = (owner: Owner): boolean => owner.manager === manager && owner.operation === 'Apply';
  const others = owners.filter((owner) => !isOurs(owner));
  const taken = new Set<string>();
  const conflicts: string[] = [];
  for (const [path, value] of leaves) {
    const owner = others.find(({ fields }) => fields.has(textOf(path)));
    if (owner === undefined || same(find(live, path), value)) continue;
    taken.add(textOf(path));
    conflicts.push(`conflict with "${owner.manager}": ${textOf(path)}`);
  }
  const object = structuredClone(live);
  const before = owners.find(isOurs);
  // What we no longer say, and nobody else says, goes.
  for (const field of before?.fields ?? []) if (!wanted.has(field) && !others.some(({ fields }) => fields.has(field))) put(object, JSON.parse(field), null);
  for (const [path, value] of leaves) put(object, path, value);
  const changed = before === undefined || !same([...before.fields].sort(), [...wanted].sort()) || !same(object, live);
  return {
    object,
    owners: [
      ...others.map((owner) => ({ ...owner, fields: new Set([...owner.fields].filter((field) => !taken.has(field))) })),
      { manager, operation: 'Apply', time: changed ? time : before.time, fields: wanted },
    ],
    conflicts,
  };
};

/** What a merge changed belongs to who sent it, and to nobody else any more. */
export const ownersAfterUpdate = (live: Json, next: Json, owners: readonly Owner[], manager: string, time: number): readonly Owner[] => {
  const changed = leavesOf(next).filter((leaf) => isOwned(leaf) && !same(find(live, leaf[0]), leaf[1]));
  if (changed.length === 0) return owners;
  const paths = new Set(changed.map(([path]) => textOf(path)));
  const isOurs = (owner: Owner): boolean => owner.manager === manager && owner.operation === 'Update';
  const own = owners.find(isOurs)?.fields ?? [];
  return [
    ...owners.filter((owner) => !isOurs(owner)).map((owner) => ({ ...owner, fields: new Set([...owner.fields].filter((field) => !paths.has(field))) })),
    { manager, operation: 'Update', time, fields: new Set([...own, ...paths]) },
  ];
};

/** Who owns a field, as `manager Operation`. */
export const ownersOf = (owners: readonly Owner[], path: readonly Segment[]): readonly string[] =>
  owners.filter(({ fields }) => fields.has(textOf(path))).map(({ manager, operation }) => `${manager} ${operation}`);
