/** The four things that are asked of an API server: one object, a list, a patch, and what kinds it knows. */
import { type Fields, isFields } from '../core/fields.ts';
import { jsonIn } from '../core/json-in.ts';
import { failureOf, KubernetesFailure, refusal, unavailable } from './kubernetes-errors.ts';
import { at, objectsAt, textAt } from './kubernetes-fields.ts';
import { type Collection, inWords, pathOf, type Resource, versionPath } from './kubernetes-resource.ts';
import type { OutboundAnswer, TargetIo } from './target.ts';

/** The API server and who asks. */
export interface Access {
  /** Without a slash at its end. */
  readonly server: string;
  readonly token: string;
  readonly ca?: string;
}

/** Every function throws `KubernetesFailure`. */
export interface KubernetesApi {
  /** Undefined when there is none of that name. */
  get(resource: Resource): Promise<Fields | undefined>;
  /** The first `most` of those with these labels. */
  list(collection: Collection, labelSelector: string, most: number): Promise<readonly Fields[]>;
  /** The object as it is afterwards; with `dryRun` as it would be. */
  patch(resource: Resource, patch: Patch): Promise<Fields>;
  /** Undefined when the cluster does not know it, or not yet. */
  kind(apiVersion: string, kind: string): Promise<ApiKind | undefined>;
}

export interface Patch {
  readonly how: keyof typeof CONTENT_TYPES;
  readonly body: Fields;
  readonly dryRun?: boolean;
}

interface ApiKind {
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** What owns our fields: https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers */
export const FIELD_MANAGER = 'image-triggers';

/** JSON is YAML. */
const CONTENT_TYPES = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** The API keeps no object above 1.5 MiB (etcd's limit of a request); as JSON, with its managed fields, it may be larger. */
const MOST_BYTES = 4 * 1024 * 1024;

export const makeKubernetesApi = ({ server, token, ca }: Access, application: string, io: TargetIo): KubernetesApi => {
  const ask = async (method: 'GET' | 'PATCH', path: string, verb: 'get' | 'list' | 'patch', what: string, patch?: Patch): Promise<Fields> => {
    const answer = await io.request({
      method,
      url: `${server}${path}`,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        ...(patch === undefined ? {} : { 'content-type': CONTENT_TYPES[patch.how] }),
      },
      ...(patch === undefined ? {} : { body: JSON.stringify(patch.body) }),
      secretHeaders: ['authorization'],
      mostBytes: MOST_BYTES,
      ...(ca === undefined ? {} : { ca }),
    });
    if (answer.is !== 'answered' || answer.status < 200 || answer.status > 299) throw failureOf(answer, { verb, what, application, now: io.now() });
    return bodyOf(answer, `${verb} ${what}`);
  };
  const orNone = async <T>(asked: Promise<T>): Promise<T | undefined> => {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof KubernetesFailure && error.status === 404) return undefined;
      throw error;
    }
  };
  const lists = new Map<string, Promise<readonly ApiKind[]>>();
  const kindsOf = async (apiVersion: string): Promise<readonly ApiKind[]> => {
    const list = await orNone(ask('GET', versionPath(apiVersion), 'get', `the kinds of ${apiVersion}`));
    return objectsAt(list, 'resources').flatMap(readKind);
  };
  return {
    get: (resource) => orNone(ask('GET', pathOf(resource, resource.name), 'get', inWords(resource, resource.name))),
    list: async (collection, labelSelector, most) => {
      const query = new URLSearchParams({ labelSelector, limit: String(most) });
      return objectsAt(await ask('GET', `${pathOf(collection)}?${query}`, 'list', inWords(collection)), 'items');
    },
    patch: (resource, patch) => {
      const query = new URLSearchParams({
        fieldManager: FIELD_MANAGER,
        ...(patch.how === 'apply' ? { force: 'true' } : {}),
        ...(patch.dryRun === true ? { dryRun: 'All' } : {}),
      });
      return ask('PATCH', `${pathOf(resource, resource.name)}?${query}`, 'patch', inWords(resource, resource.name), patch);
    },
    kind: async (apiVersion, kind) => {
      const asked = lists.get(apiVersion) ?? kindsOf(apiVersion);
      lists.set(apiVersion, asked);
      const found = (await asked).find((known) => known.kind === kind);
      // What is applied next may bring it: only what is there is kept.
      if (found === undefined) lists.delete(apiVersion);
      return found;
    },
  };
};

/** Subresources, as in `deployments/scale`, are no kinds of their own. */
const readKind = (resource: Fields): readonly ApiKind[] => {
  const [kind, plural] = [textAt(resource, 'kind'), textAt(resource, 'name')];
  return kind === undefined || plural === undefined || plural.includes('/') ? [] : [{ kind, plural, namespaced: at(resource, 'namespaced') === true }];
};

const bodyOf = ({ body, exchange }: Extract<OutboundAnswer, { is: 'answered' }>, asked: string): Fields => {
  const read = exchange.response?.body;
  if (read?.complete !== true)
    throw new KubernetesFailure(
      (read?.bytes ?? 0) >= MOST_BYTES
        ? refusal('target-misconfigured', `${asked}: the answer has more than ${MOST_BYTES} bytes, which no object of the API has`)
        : unavailable(`${asked}: the answer broke off after ${read?.bytes ?? 0} bytes`),
    );
  const value = jsonIn(body);
  if (!isFields(value))
    throw new KubernetesFailure(refusal('target-misconfigured', `${asked}: the answer is no JSON object: is this the address of a Kubernetes API server?`));
  return value;
};
