/**
 * The part of the API server of Kubernetes that a deployment uses, on loopback behind its own authority. It keeps objects
 * with their versions, generations and owners of fields; the controllers are the test itself: nothing rolls out by itself.
 * What it is asked must be in the published OpenAPI, or the test ends red.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, onTestFinished } from 'vitest';
import { serveHttps } from '../outbound/loopback.ts';
import { NOW } from './fake-ecs.ts';
import { metadataOf, said, specOf, withDefaults, withoutStatus } from './fake-kubernetes-object.ts';
import { offence } from './fake-kubernetes-openapi.ts';
import { isJson, type Json, jsonMerge, type Owner, ownersAfterUpdate, ownersOf, serverSideApply, strategicMerge } from './fake-kubernetes-patch.ts';
import { KINDS, type Place, placeOf, selecting } from './fake-kubernetes-place.ts';
import { answerRefusal, invalid, isRefusal, type KubernetesRefusal, missing, NO_SUCH_PATH } from './fake-kubernetes-refusal.ts';
import { textOf } from './fake-sts.ts';

export type { Json } from './fake-kubernetes-patch.ts';

interface Stored {
  object: Json;
  owners: readonly Owner[];
}

export interface FakeKubernetes {
  readonly origin: string;
  readonly port: number;
  /** `patch deployments/web`, `list pods`, in the order in which they came; dry runs are `dry-run …`. */
  readonly asked: string[];
  /** Bodies of patches that were no dry runs. */
  readonly patches: Json[];
  /** By what was asked, without the name: `patch deployments`. How often it is refused from now on. */
  readonly refuse: Map<string, { times: number; readonly with: KubernetesRefusal | 'silence' | { readonly raw: string } }>;
  /** Runs before it is answered, once; by the same names. */
  readonly before: Map<string, () => void>;
  /** Kinds by version, as discovery tells them. */
  readonly kinds: Map<string, { name: string; kind: string; namespaced: boolean }[]>;
  readonly namespaces: Set<string>;
  /** Who may ask. */
  allows: (token: string) => boolean;
  /** Patches that were carried out, dry runs aside. */
  changes: number;
  /** Stores an object as it is given, with what the server adds; `path` is that of the API. */
  put(path: string, object: Json): void;
  get(path: string): Json;
  has(path: string): boolean;
  remove(path: string): void;
  /** Somebody else, or a controller, changes an object. */
  edit(path: string, change: (object: Json) => void, manager?: string): void;
  ownersOf(path: string, field: readonly (string | readonly [string, unknown])[]): readonly string[];
}

export const TOKEN = 'kubernetes-token-of-the-test';

export const startFakeKubernetes = async (): Promise<FakeKubernetes> => {
  const objects = new Map<string, Stored>();
  const offences: string[] = [];
  let version = 100;
  let uids = 0;

  const shown = ({ object, owners }: Stored): Json => ({
    ...object,
    metadata: {
      ...metadataOf(object),
      managedFields: owners.map(({ manager, operation, time }) => ({
        manager,
        operation,
        time: new Date(time).toISOString().replace('.000Z', 'Z'),
        fieldsType: 'FieldsV1',
        fieldsV1: {},
      })),
    },
  });
  const stored = (path: string): Stored => {
    const found = objects.get(path);
    if (found === undefined) throw new Error(`the fake has no ${path}`);
    return found;
  };
  /** With what only the server writes; the same object again where nothing changes. */
  const settle = (before: Json | undefined, next: Json): Json => {
    const wanted = { ...withDefaults(next), status: before?.status ?? next.status ?? {} };
    const [meta, metadata] = [metadataOf(before ?? {}), said(metadataOf(wanted))];
    const specChanges = before === undefined || specOf(before) !== specOf(wanted);
    if (!specChanges && JSON.stringify(metadata) === JSON.stringify(said(meta))) return before;
    const written = {
      uid: meta.uid ?? `uid-${uids + 1}`,
      creationTimestamp: meta.creationTimestamp ?? new Date(NOW).toISOString(),
      generation: Number(meta.generation ?? 0) + (specChanges ? 1 : 0),
      resourceVersion: String(version + 1),
    };
    return { ...wanted, metadata: { ...metadata, ...written } };
  };
  const keep = (path: string, object: Json, owners: readonly Owner[]): void => {
    version += 1;
    uids += objects.has(path) ? 0 : 1;
    objects.set(path, { object, owners });
    if (object.kind === 'Namespace') fake.namespaces.add(String(metadataOf(object).name));
  };

  const fake: FakeKubernetes = {
    origin: '',
    port: 0,
    asked: [],
    patches: [],
    refuse: new Map(),
    before: new Map(),
    kinds: new Map(Object.entries(KINDS)),
    namespaces: new Set(['shop', 'other']),
    allows: (token) => token === TOKEN,
    changes: 0,
    put: (path, object) =>
      keep(path, settle(undefined, structuredClone(object)), [{ manager: 'kubectl-create', operation: 'Update', time: NOW - 3_600_000, fields: new Set() }]),
    get: (path) => structuredClone(stored(path).object),
    has: (path) => objects.has(path),
    remove: (path) => void objects.delete(path),
    edit: (path, change, manager = 'kubectl-edit') => {
      const { object, owners } = stored(path);
      const next = structuredClone(object);
      change(next);
      const settled = settle(object, next);
      const changed = { ...settled, status: next.status, metadata: { ...metadataOf(settled), resourceVersion: String(version + 1) } };
      keep(path, changed, ownersAfterUpdate(withoutStatus(object), withoutStatus(changed), owners, manager, NOW));
    },
    ownersOf: (path, field) => ownersOf(stored(path).owners, field),
  };

  const patch = (url: URL, contentType: string, body: Json, place: Place): KubernetesRefusal | Json => {
    const [manager, dry] = [url.searchParams.get('fieldManager') ?? '', url.searchParams.get('dryRun') === 'All'];
    const path = url.pathname;
    const present = objects.get(path);
    const applies = contentType === 'application/apply-patch+yaml';
    if (applies && manager === '') return invalid('fieldManager: Required value: is required for apply patch');
    if (!applies && url.searchParams.has('force')) return invalid('force: Forbidden: may not be specified for non-apply patch');
    const metadata = metadataOf(body);
    if (applies && (metadata.managedFields !== undefined || metadata.name !== place.name))
      return invalid('metadata.name must be that of the path, metadata.managedFields must be nil');
    if (applies && metadata.namespace !== undefined && metadata.namespace !== place.namespace)
      return invalid('the namespace of the object does not match the namespace on the request');
    if (present === undefined && !applies) return missing(`${place.plural} "${place.name}" not found`);
    if (place.namespace !== undefined && !fake.namespaces.has(place.namespace)) return missing(`namespaces "${place.namespace}" not found`);
    const given = metadata.resourceVersion;
    if (given !== undefined && given !== metadataOf(present?.object ?? {}).resourceVersion)
      return {
        status: 409,
        reason: 'Conflict',
        message: `Operation cannot be fulfilled on ${place.plural} "${place.name}": the object has been modified; please apply your changes to the latest version and try again`,
      };
    const live = present?.object ?? {
      apiVersion: body.apiVersion,
      kind: body.kind,
      metadata: { name: place.name, ...(place.namespace === undefined ? {} : { namespace: place.namespace }) },
    };
    const owners = present?.owners ?? [];
    let next: { readonly object: Json; readonly owners: readonly Owner[] };
    if (applies) {
      const applied = serverSideApply(live, owners, body, manager, NOW);
      if (applied.conflicts.length > 0 && url.searchParams.get('force') !== 'true')
        return { status: 409, reason: 'Conflict', message: `Apply failed with ${applied.conflicts.length} conflicts: ${applied.conflicts.join(', ')}` };
      next = applied;
    } else {
      const merged = contentType === 'application/merge-patch+json' ? jsonMerge(live, body) : strategicMerge(live, body);
      if (!isJson(merged)) return invalid('the patch makes no object');
      const meta = { ...metadataOf(merged), resourceVersion: metadataOf(live).resourceVersion };
      next = { object: { ...merged, metadata: meta }, owners: ownersAfterUpdate(live, { ...merged, metadata: meta }, owners, manager, NOW) };
    }
    const settled = settle(present?.object, next.object);
    if (dry)
      return shown({ object: { ...settled, metadata: { ...metadataOf(settled), resourceVersion: metadataOf(live).resourceVersion } }, owners: next.owners });
    fake.changes += 1;
    fake.patches.push(body);
    if (settled !== present?.object) keep(path, settled, next.owners);
    return shown({ object: settled, owners: next.owners });
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await textOf(request);
    const url = new URL(request.url ?? '/', 'https://fake');
    const contentType = request.headers['content-type'];
    const problem = offence(request.method ?? '', url, contentType);
    if (problem !== undefined) {
      offences.push(problem);
      return answerRefusal({ status: 500, message: problem }, response);
    }
    const place = placeOf(url.pathname);
    const dry = url.searchParams.has('dryRun');
    const what = place === undefined ? 'discover' : `${request.method === 'PATCH' ? 'patch' : place.name === undefined ? 'list' : 'get'} ${place.plural}`;
    fake.asked.push(`${dry ? 'dry-run ' : ''}${what}${place?.name === undefined ? '' : `/${place.name}`}`);
    const key = dry ? `dry-run ${what}` : what;
    const hook = fake.before.get(key);
    fake.before.delete(key);
    hook?.();
    const refusal = fake.refuse.get(key);
    if (refusal !== undefined && refusal.times > 0) {
      refusal.times -= 1;
      if (refusal.with === 'silence') return;
      if ('raw' in refusal.with) return void response.writeHead(200, { 'content-type': 'application/json' }).end(refusal.with.raw);
      return answerRefusal(refusal.with, response);
    }
    if (!fake.allows((request.headers.authorization ?? '').replace(/^Bearer /, '')))
      return answerRefusal({ status: 401, reason: 'Unauthorized', message: 'Unauthorized' }, response);
    const result = place === undefined ? discover(url.pathname) : act(request.method ?? '', url, contentType ?? '', text, place);
    if (isRefusal(result)) return answerRefusal(result, response);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  };

  const discover = (path: string): Json | KubernetesRefusal => {
    const kinds = fake.kinds.get(path.replace(/^\/apis?\//, ''));
    return kinds === undefined
      ? NO_SUCH_PATH
      : { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: path, resources: kinds.flatMap((kind) => [kind, { ...kind, name: `${kind.name}/status` }]) };
  };

  const act = (method: string, url: URL, contentType: string, text: string, place: Place): Json | KubernetesRefusal => {
    if (!fake.kinds.get(place.apiVersion)?.some(({ name }) => name === place.plural)) return NO_SUCH_PATH;
    if (place.name === undefined) return list(url);
    if (method === 'GET') {
      const found = objects.get(url.pathname);
      return found === undefined ? missing(`${place.plural} "${place.name}" not found`) : shown(found);
    }
    const body: unknown = JSON.parse(text);
    return isJson(body) ? patch(url, contentType, body, place) : invalid('the body is no object');
  };

  const list = (url: URL): Json => {
    const matches = selecting(url.searchParams.get('labelSelector') ?? '');
    const items = [...objects]
      .filter(([path, { object }]) => path.startsWith(`${url.pathname}/`) && matches(metadataOf(object).labels))
      .map(([, found]) => shown(found));
    return { kind: 'List', apiVersion: 'v1', metadata: {}, items: items.slice(0, Number(url.searchParams.get('limit') ?? items.length)) };
  };

  const server = await serveHttps((request, response) => void answer(request, response));
  onTestFinished(() => expect(offences).toEqual([]));
  return Object.assign(fake, server);
};
