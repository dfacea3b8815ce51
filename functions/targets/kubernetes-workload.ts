/** A workload as JSON: the containers in its pod template, and the patches that give it images or mark it. */
import { createHash } from 'node:crypto';
import { type Fields, isFields } from '../core/fields.ts';
import { sortedJson } from '../core/sorted-json.ts';
import { type Container, type Match, readContainer, withImage } from './containers.ts';
import { FIELD_MANAGER, type Patch } from './kubernetes-api.ts';
import { at, nested, numberAt, objectsAt, textAt } from './kubernetes-fields.ts';
import { WORKLOADS, type WorkloadName } from './kubernetes-kinds.ts';

/** In the pod template: whose deployment began these pods. Only where the image alone cannot say it. */
const KEY = 'image-triggers/key';
/** Where `kubectl rollout restart` writes. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

const LISTS = ['initContainers', 'containers'] as const;

export const podTemplateOf = (name: WorkloadName, workload: Fields): Fields | undefined => {
  const template = at(workload, ...WORKLOADS[name].template);
  return isFields(template) ? template : undefined;
};

export const containersOf = (template: Fields): readonly Container[] => LISTS.flatMap((list) => objectsAt(template, 'spec', list).map(readContainer));

/** Whether this very deployment marked the pods. */
export const hasKey = (template: Fields | undefined, key: string): boolean => textAt(template, 'metadata', 'annotations', KEY) === key;

/** Whether we changed the workload at `since` or later; the API server counts in seconds. */
export const isWrittenSince = (workload: Fields, since: number | undefined): boolean =>
  since === undefined ||
  objectsAt(workload, 'metadata', 'managedFields').some(
    (entry) => entry.manager === FIELD_MANAGER && Date.parse(textAt(entry, 'time') ?? '') >= Math.floor(since / 1000) * 1000,
  );

export const uidOf = (workload: Fields): string => textAt(workload, 'metadata', 'uid') ?? '';
export const generationOf = (workload: Fields): number => numberAt(workload, 'metadata', 'generation');

/** The same for the same pods, whatever else of the workload changes, its number of replicas for example. */
export const fingerprintOf = (template: Fields | undefined): string =>
  createHash('sha256')
    .update(sortedJson(template ?? null))
    .digest('hex')
    .slice(0, 16);

export interface Mark {
  readonly key: string;
  /** In milliseconds; only for a restart. The same on every attempt, so that a repeated patch changes nothing. */
  readonly restartedAt?: number;
}

const annotations = ({ key, restartedAt }: Mark): Fields => ({
  [KEY]: key,
  ...(restartedAt === undefined ? {} : { [RESTARTED_AT]: new Date(restartedAt).toISOString().replace(/\.\d+Z$/, 'Z') }),
});

/** Refused with a conflict when the workload is another than the one that was seen. */
export const imagePatch = (name: WorkloadName, workload: Fields, matches: readonly Match[], mark: Mark | undefined): Patch => {
  const { custom, template } = WORKLOADS[name];
  const pods = podTemplateOf(name, workload);
  const texts = new Map(matches.map(({ container, wanted }) => [container.name, withImage(container, wanted)]));
  const lists = LISTS.flatMap((list) => {
    const present = objectsAt(pods, 'spec', list);
    const touched = (container: Fields): boolean => texts.has(textAt(container, 'name') ?? '');
    if (!present.some(touched)) return [];
    const changed = present.map((container) => (touched(container) ? { ...container, image: texts.get(textAt(container, 'name') ?? '') } : container));
    // A strategic merge finds containers by their names; without it the list as a whole is replaced.
    return [[list, custom ? changed : changed.filter(touched).map(({ name, image }) => ({ name, image }))] as const];
  });
  return {
    how: custom ? 'merge' : 'strategic',
    body: {
      metadata: { resourceVersion: textAt(workload, 'metadata', 'resourceVersion') },
      ...nested(template, {
        ...(mark === undefined ? {} : { metadata: { annotations: annotations(mark) } }),
        ...(lists.length === 0 ? {} : { spec: Object.fromEntries(lists) }),
      }),
    },
  };
};

/** Begins new pods of the same template, whoever changes the workload meanwhile. */
export const markPatch = (name: WorkloadName, mark: Mark): Patch => ({
  how: WORKLOADS[name].custom ? 'merge' : 'strategic',
  body: nested([...WORKLOADS[name].template, 'metadata', 'annotations'], annotations(mark)),
});
