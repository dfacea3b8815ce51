/** The documents of a template as objects of the API: where each lies is asked of the cluster, never guessed. */
import { type Fields, isFields } from '../core/fields.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { shown } from '../core/shown.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import { at, textAt } from './kubernetes-fields.ts';
import { type WorkloadName, workloadOf } from './kubernetes-kinds.ts';
import type { Resource } from './kubernetes-resource.ts';
import type { TemplateDocument } from './target.ts';

export interface Document {
  /** `document 2 of 5 (Service web)`. */
  readonly label: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly body: Fields;
  /** For a kind whose pods are rolled out. */
  readonly workload?: Exclude<WorkloadName, 'cronjob'>;
}

const MOST_DOCUMENTS = 50;

/** Each list taken apart. Refused for a document that names no object, or one outside of the namespace. */
export const documentsOf = (template: readonly TemplateDocument[], namespace: string): Parsed<readonly Document[]> => {
  const all = template.flatMap((document) => (Array.isArray(document.items) && String(document.kind).endsWith('List') ? document.items : [document]));
  if (all.length === 0) return refused('the template holds no document');
  if (all.length > MOST_DOCUMENTS) return refused(`the template holds ${all.length} documents: at most ${MOST_DOCUMENTS} are applied`);
  const documents: Document[] = [];
  for (const [i, body] of all.entries()) {
    const document = documentOf(body, `document ${i + 1} of ${all.length}`, namespace);
    if (!document.ok) return document;
    documents.push(document.value);
  }
  return parsed(documents);
};

const documentOf = (body: unknown, place: string, namespace: string): Parsed<Document> => {
  const [apiVersion, kind, name] = [textAt(body, 'apiVersion'), textAt(body, 'kind'), textAt(body, 'metadata', 'name')];
  if (!isFields(body) || apiVersion === undefined || kind === undefined)
    return refused(`${place} has no apiVersion or no kind: every document is one object of the Kubernetes API`);
  if (!VERSION.test(apiVersion)) return refused(`${place} has the apiVersion ${shown(apiVersion)}: write v1, or group/version`);
  if (name === undefined) return refused(`${place} (${kind}) has no metadata.name: write one; a name that the cluster makes up could not be found again`);
  if (!isSegment(name))
    return refused(`${place} (${kind}) has the metadata.name ${shown(name)}, which is no name in Kubernetes: no "/" and no "%", and not "." or ".."`);
  const label = `${place} (${kind} ${name})`;
  const own = at(body, 'metadata', 'namespace');
  if (own !== undefined && own !== namespace)
    return refused(
      `${label} is for the namespace ${shown(String(own))}: this application deploys to ${namespace} only; leave the namespace out, or make another application for it`,
    );
  const workload = workloadOf(apiVersion, kind);
  return parsed({ label, apiVersion, kind, name, body, ...(workload === undefined || workload === 'cronjob' ? {} : { workload }) });
};

/** What the API takes as a part of a path: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#path-segment-names */
const isSegment = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name);

const VERSION = /^(?:[a-z0-9][-a-z0-9.]*\/)?v\d+(?:(?:alpha|beta)\d+)?$/;

/** Undefined for a kind that the cluster does not know, or not yet. */
export const locate = async (api: KubernetesApi, { apiVersion, kind, name }: Document, namespace: string): Promise<Resource | undefined> => {
  const found = await api.kind(apiVersion, kind);
  return found === undefined ? undefined : { apiVersion, plural: found.plural, name, ...(found.namespaced ? { namespace } : {}) };
};

/** Whether the template itself brings the kind of a document. */
export const isDefinedIn = (documents: readonly Document[], { apiVersion, kind }: Document): boolean =>
  documents.some(
    (other) =>
      other.kind === 'CustomResourceDefinition' &&
      textAt(other.body, 'spec', 'names', 'kind') === kind &&
      apiVersion.startsWith(`${textAt(other.body, 'spec', 'group')}/`),
  );
