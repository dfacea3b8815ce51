/** Of a template, what concerns one container: the first of its name among all `containers`, as Kubernetes writes them. */
import { createHash } from 'node:crypto';
import { type Fields, isFields } from '../core/fields.ts';
import { type Image, parseImage } from '../core/image.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { textAt } from './docker-api.ts';
import type { TemplateDocument } from './target.ts';

export interface ContainerSpec {
  /** As the template spells it. */
  readonly text: string;
  readonly image: Image;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir?: string;
}

export interface ReadSpec {
  readonly spec: ContainerSpec & { readonly hash: string };
  /** Fields of the container that mean nothing here. */
  readonly ignored: readonly string[];
}

const FIELDS = new Set(['name', 'image', 'command', 'args', 'env', 'workingDir']);

export const specOf = (documents: readonly TemplateDocument[], name: string): Parsed<ReadSpec> => {
  const all = documents.flatMap(containersIn);
  const found = all.find((container) => container.name === name) ?? (all.length === 1 ? all[0] : undefined);
  if (found === undefined)
    return refused(
      all.length === 0
        ? `the template holds no containers: write them as a pod of Kubernetes has them, as in  containers: [{name: ${name}, image: HOST/PATH:TAG}]`
        : `the template holds no container ${name}; it holds ${all.map((container) => textAt(container, 'name')).join(', ')}`,
    );
  const text = textAt(found, 'image');
  const image = parseImage(text);
  if (!image.ok) return image;
  const env = envOf(found.env);
  const [command, args, workingDir] = [listOf(found.command), listOf(found.args), textAt(found, 'workingDir')];
  const spec: ContainerSpec = {
    text,
    image: image.value,
    env: env.literals,
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    ...(workingDir === '' ? {} : { workingDir }),
  };
  const hash = createHash('sha256').update(JSON.stringify(spec)).digest('hex');
  return parsed({ spec: { ...spec, hash }, ignored: [...Object.keys(found).filter((field) => !FIELDS.has(field)), ...env.ignored] });
};

const containersIn = (value: unknown): readonly Fields[] => {
  if (Array.isArray(value)) return value.flatMap(containersIn);
  if (!isFields(value)) return [];
  const { containers } = value;
  const own = Array.isArray(containers) ? containers.filter((entry) => isFields(entry)).filter((entry) => typeof entry.image === 'string') : [];
  return [...own, ...Object.values(value).flatMap(containersIn)];
};

const listOf = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.length > 0 ? value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))) : undefined;

/** `valueFrom` names things of a cluster. */
const envOf = (value: unknown): { readonly literals: Readonly<Record<string, string>>; readonly ignored: readonly string[] } => {
  const entries = (Array.isArray(value) ? value : []).filter((entry) => isFields(entry)).filter((entry) => typeof entry.name === 'string');
  const literal = entries.filter((entry) => !('valueFrom' in entry));
  return {
    literals: Object.fromEntries(literal.map((entry) => [textAt(entry, 'name'), textAt(entry, 'value')])),
    ignored: entries.filter((entry) => 'valueFrom' in entry).map((entry) => `env ${textAt(entry, 'name')}`),
  };
};
