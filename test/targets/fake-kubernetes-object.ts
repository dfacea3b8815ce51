/** Objects as the API server keeps them: what it fills in, and what of them people write. */
import { isJson, type Json } from './fake-kubernetes-patch.ts';

export const metadataOf = (object: Json): Json => (isJson(object.metadata) ? object.metadata : {});
export const specOf = (object: Json): string => JSON.stringify({ ...object, metadata: undefined, status: undefined });

/** What the server fills in; enough of it that a template and its object differ. */
export const withDefaults = (object: Json): Json => {
  const spec = object.spec;
  if (!isJson(spec)) return object;
  const template = isJson(spec.template) ? spec.template : undefined;
  const pod = isJson(template?.spec) ? template.spec : undefined;
  if (pod === undefined) return object;
  const containers = Array.isArray(pod.containers)
    ? pod.containers.map((container: Json) => ({ imagePullPolicy: 'IfNotPresent', ...container }))
    : pod.containers;
  const replicas = object.kind === 'DaemonSet' || spec.replicas !== undefined ? {} : { replicas: 1 };
  return { ...object, spec: { ...spec, ...replicas, template: { ...template, spec: { restartPolicy: 'Always', ...pod, containers } } } };
};

/** Of the metadata, what people write. */
export const said = ({ uid: _, creationTimestamp: __, generation: ___, resourceVersion: ____, managedFields: _____, ...rest }: Json): Json => rest;

/** Controllers write status and versions; neither has an owner here. */
export const withoutStatus = ({ status: _, metadata: __, ...object }: Json): Json => object;
