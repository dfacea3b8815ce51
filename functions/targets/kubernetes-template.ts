/**
 * A whole template by server-side apply. What would come of it is asked of the API server (dry run) and compared with what
 * is there, so that defaults, other people's fields and webhooks are weighed by who knows them. Fields in the template
 * become ours by `force`; nothing that vanishes from the template as a document is deleted.
 */
import { type Fields, isFields } from '../core/fields.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { Outcome } from '../core/outcome.ts';
import { sortedJson } from '../core/sorted-json.ts';
import { listed } from './containers.ts';
import { withApi } from './kubernetes-access.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import type { KubernetesConfig } from './kubernetes-config.ts';
import { type Document, documentsOf, isDefinedIn, locate } from './kubernetes-documents.ts';
import { KubernetesFailure, type KubernetesProblem, refusal, unavailable } from './kubernetes-errors.ts';
import { type Tracked, track, writeHandle } from './kubernetes-handle.ts';
import type { Resource } from './kubernetes-resource.ts';
import { judge } from './kubernetes-rollout.ts';
import { containersOf, hasKey, isWrittenSince, type Mark, markPatch, podTemplateOf } from './kubernetes-workload.ts';
import type { Running, Seen, TargetIo, Wish } from './target.ts';

type TemplateWish = Extract<Wish, { readonly template: unknown }>;

export const readTemplate = (config: KubernetesConfig, wish: TemplateWish, io: TargetIo): Promise<Running> =>
  withApi(config, io, async (api): Promise<Running> => {
    const documents = documentsOf(wish.template, config.namespace);
    if (!documents.ok) return refusal('target-misconfigured', documents.why);
    const looks = await inParallel(documents.value, AT_ONCE, (document) => look(api, document, documents.value, config.namespace));
    const workloads = looks.flatMap(({ document: { workload }, live }) => (workload === undefined || live === undefined ? [] : [{ kind: workload, live }]));
    const isMarked = ({ kind, live }: Present): boolean => hasKey(podTemplateOf(kind, live), io.idempotencyKey);
    const isOurs = (present: Present): boolean => io.attempted === true && (isMarked(present) || isWrittenSince(present.live, wish.since));
    // What has failed may go well now: only if this very deployment began it, its end is the end.
    const stale = workloads.filter((present) => judge(present.kind, present.live).is === 'failed' && !isOurs(present));
    const restarted = wish.restart !== true || (io.attempted === true && workloads.every(isMarked));
    return {
      is: 'seen',
      running: looks.every(({ same }) => same) && restarted && stale.length === 0,
      settled: workloads.every(({ kind, live }) => judge(kind, live).is === 'healthy'),
      handle: writeHandle({ at: io.now(), workloads: workloads.map(({ kind, live }) => track(kind, live)) }),
      state: { again: stale.map(({ kind, live }) => nameOf(track(kind, live))) } satisfies TemplateState,
      containers: workloads.flatMap((present) => told(present)),
    };
  });

export const applyTemplate = (config: KubernetesConfig, wish: TemplateWish, seen: Seen, io: TargetIo): Promise<Outcome> =>
  withApi(config, io, async (api): Promise<Outcome> => {
    if (seen.running) return { is: 'unchanged' };
    const documents = documentsOf(wish.template, config.namespace);
    if (!documents.ok) return refusal('target-misconfigured', documents.why);
    const { again } = stateOf(seen);
    const mark: Mark = { key: io.idempotencyKey, ...(wish.restart === true ? { restartedAt: wish.since } : {}) };
    const workloads: Tracked[] = [];
    for (const [i, document] of documents.value.entries()) {
      try {
        const made = await applyDocument(api, document, documents.value, config.namespace);
        if (document.workload === undefined) continue;
        const tracked = track(document.workload, made.object);
        const marked = wish.restart === true || again.includes(nameOf(tracked));
        workloads.push(marked ? track(document.workload, await api.patch(made.resource, markPatch(document.workload, mark))) : tracked);
      } catch (error) {
        throw inPart(error, document, i);
      }
    }
    return { is: 'applied', handle: writeHandle({ at: io.now(), workloads }) };
  });

/** Documents that are looked at in one go. */
const AT_ONCE = 5;

interface Present {
  readonly kind: NonNullable<Document['workload']>;
  readonly live: Fields;
}

interface Look {
  readonly document: Document;
  readonly live?: Fields;
  readonly same: boolean;
}

const look = async (api: KubernetesApi, document: Document, all: readonly Document[], namespace: string): Promise<Look> => {
  try {
    const resource = await locate(api, document, namespace);
    if (resource === undefined) {
      if (!isDefinedIn(all, document)) throw new KubernetesFailure(unknownKind(document));
      return { document, same: false };
    }
    const live = await api.get(resource);
    const wanted = await unlessImpossible(api.patch(resource, { how: 'apply', body: bodyOf(document, resource), dryRun: true }), live === undefined);
    return { document, ...(live === undefined ? {} : { live }), same: live !== undefined && wanted !== undefined && essence(live) === essence(wanted) };
  } catch (error) {
    throw inPart(error, document, undefined);
  }
};

/** A dry run that proves nothing: of an object whose namespace another document brings, and where a webhook takes none. */
const unlessImpossible = async (dry: Promise<Fields>, missing: boolean): Promise<Fields | undefined> => {
  try {
    return await dry;
  } catch (error) {
    if (error instanceof KubernetesFailure && ((missing && error.status === 404) || /does not support dry run/.test(error.message))) return undefined;
    throw error;
  }
};

const applyDocument = async (api: KubernetesApi, document: Document, all: readonly Document[], namespace: string) => {
  const resource = await locate(api, document, namespace);
  if (resource === undefined)
    throw new KubernetesFailure(
      isDefinedIn(all, document) ? unavailable(`the cluster does not serve the kind ${document.kind} of ${document.apiVersion} yet`) : unknownKind(document),
    );
  return { resource, object: await api.patch(resource, { how: 'apply', body: bodyOf(document, resource) }) };
};

/** With its namespace, as kubectl sends it, whether the template says it or not. */
const bodyOf = ({ body }: Document, { namespace }: Resource): Fields =>
  namespace === undefined ? body : { ...body, metadata: { ...(isFields(body.metadata) ? body.metadata : {}), namespace } };

const unknownKind = ({ kind, apiVersion }: Document): KubernetesProblem =>
  refusal('target-refused', `the cluster knows no ${kind} of ${apiVersion}: correct its apiVersion or kind, or install what defines it`);

/** What a failure was about, and what stands already: the next attempt applies all of it again. `applied` is undefined where nothing was tried yet. */
const inPart = (error: unknown, { label }: Document, applied: number | undefined): unknown => {
  if (!(error instanceof KubernetesFailure)) return error;
  const { problem, status } = error;
  const before =
    applied === undefined ? '' : applied === 0 ? '; nothing before it was applied' : `; the ${applied} before it ${applied === 1 ? 'was' : 'were'} applied`;
  return new KubernetesFailure({ ...problem, why: { ...problem.why, detail: `${label}: ${problem.why.detail ?? ''}${before}` } }, status);
};

/** Kept by the API server itself, and no part of what a template says. */
const KEPT = new Set(['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink']);

const essence = ({ status: _, metadata, ...object }: Fields): string =>
  sortedJson({ ...object, metadata: isFields(metadata) ? Object.fromEntries(Object.entries(metadata).filter(([field]) => !KEPT.has(field))) : metadata });

interface TemplateState {
  /** Workloads whose rollout failed, and that are to be begun once more although nothing in them differs. */
  readonly again: readonly string[];
}

const stateOf = ({ state }: Seen): TemplateState => {
  if (!isFields(state) || !Array.isArray(state.again)) throw new Error('a template is applied with what its own read saw');
  return { again: state.again.filter((name) => typeof name === 'string') };
};

const nameOf = ({ kind, name }: Tracked): string => `${kind}/${name}`;

const told = ({ kind, live }: Present): readonly string[] => {
  const template = podTemplateOf(kind, live);
  return template === undefined ? [] : containersOf(template).map((container) => `${nameOf(track(kind, live))}: ${listed([container])}`);
};
