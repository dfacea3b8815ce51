/**
 * Task definitions as JSON: which containers run a repository, and the next revision with only their images changed.
 * Everything else is passed through unseen, fields included that did not exist when this was written.
 */
import { hostOf, type Image, parseImage, pathOf } from '../core/image.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import type { WantedImage } from './target.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Container {
  readonly name: string;
  /** As the definition spells it. */
  readonly text: string;
  /** Absent where the text is no reference that we understand: such a container is never changed. */
  readonly image?: Image;
}

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly containers: readonly Container[];
  /** What `RegisterTaskDefinition` takes to make the same again. */
  readonly registration: Json;
}

/** Set by ECS in `DescribeTaskDefinition`, refused or without meaning in `RegisterTaskDefinition`. */
const READ_ONLY = new Set([
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
  'deleteRequestedAt',
]);

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** From the body of a `DescribeTaskDefinition` answer with TAGS included. */
export const readTaskDefinition = (answer: unknown): Parsed<TaskDefinition> => {
  const definition = isJson(answer) ? answer.taskDefinition : undefined;
  if (!isJson(answer) || !isJson(definition)) return refused('the answer holds no task definition');
  const { taskDefinitionArn: arn, family, containerDefinitions } = definition;
  if (typeof arn !== 'string' || typeof family !== 'string' || !Array.isArray(containerDefinitions))
    return refused('the task definition has no ARN, family or containers');
  const tags = Array.isArray(answer.tags) ? answer.tags.filter(isOwnTag) : [];
  return parsed({
    arn,
    family,
    containers: containerDefinitions.map(readContainer),
    registration: {
      ...Object.fromEntries(Object.entries(definition).filter(([field]) => !READ_ONLY.has(field))),
      ...(tags.length === 0 ? {} : { tags }),
    },
  });
};

/** Tags of AWS itself (CloudFormation's, for example) cannot be given by anybody else. */
const isOwnTag = (tag: unknown): boolean => !(isJson(tag) && typeof tag.key === 'string' && /^aws:/i.test(tag.key));

const readContainer = (container: unknown): Container => {
  const { name, image } = isJson(container) ? container : {};
  const text = typeof image === 'string' ? image : '';
  const read = parseImage(text);
  return { name: typeof name === 'string' ? name : '', text, ...(read.ok ? { image: read.value } : {}) };
};

export interface Match {
  readonly container: Container;
  readonly wanted: Image;
}

/** The containers that run one of the repositories, by host and path, or by path under another name of the same registry. Refused when a wanted image has none. */
export const matchContainers = (containers: readonly Container[], images: readonly WantedImage[], only?: readonly string[]): Parsed<readonly Match[]> => {
  const candidates = only === undefined ? containers : containers.filter(({ name }) => only.includes(name));
  const matches: Match[] = [];
  for (const { image: wanted, hosts } of images) {
    const found = candidates.filter(({ image }) => image !== undefined && isSame(image, wanted, hosts));
    if (found.length === 0)
      return refused(`none uses ${wanted.repository}${only === undefined ? '' : ` (looked at ${only.join(', ')} only)`}; there is ${listed(containers)}`);
    matches.push(...found.map((container) => ({ container, wanted })));
  }
  return parsed(matches);
};

const isSame = (image: Image, wanted: Image, hosts: readonly string[]): boolean =>
  image.repository === wanted.repository || (pathOf(image.repository) === pathOf(wanted.repository) && hosts.includes(hostOf(image.repository)));

export const listed = (containers: readonly Container[]): string => containers.map(({ name, text }) => `${name} = ${text}`).join(', ');

/** Whether a container has the wanted image already: the digest decides where there is one. */
export const isWanted = ({ container: { image }, wanted }: Match): boolean =>
  image !== undefined && (wanted.digest === undefined ? image.digest === undefined && image.tag === wanted.tag : image.digest === wanted.digest);

/** The registration with the images of the matches replaced; host and path stay as the definition spells them. */
export const withImages = ({ registration }: TaskDefinition, matches: readonly Match[], spell: Spelling): Json => {
  const texts = new Map(matches.map(({ container, wanted }) => [container.name, `${nameOf(container)}${spell(wanted)}`]));
  const { containerDefinitions } = registration;
  return {
    ...registration,
    containerDefinitions: Array.isArray(containerDefinitions)
      ? containerDefinitions.map((container: unknown) =>
          isJson(container) && typeof container.name === 'string' && texts.has(container.name) ? { ...container, image: texts.get(container.name) } : container,
        )
      : containerDefinitions,
  };
};

const nameOf = ({ text, image }: Container): string => {
  const digest = image?.digest === undefined ? 0 : image.digest.length + 1;
  const tag = image?.tag === undefined ? 0 : image.tag.length + 1;
  return text.slice(0, text.length - digest - tag);
};

export type Spelling = (image: Image) => string;

/** `:tag@sha256:…`: the tag is for people, the digest is what is pulled. */
export const tagAndDigest: Spelling = ({ tag, digest }) => `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
export const digestOnly: Spelling = (image) => tagAndDigest(image.digest === undefined ? image : { repository: image.repository, digest: image.digest });

/** Whether two registrations would make the same revision; the order of fields and of tags means nothing. */
export const isSameRegistration = (a: Json, b: Json): boolean => canonical(a) === canonical(b);

const canonical = (registration: Json): string =>
  JSON.stringify(
    {
      ...registration,
      tags: Array.isArray(registration.tags)
        ? registration.tags
            .map(sorted)
            .map((tag) => JSON.stringify(tag))
            .sort()
        : [],
    },
    (_, value: unknown) => sorted(value),
  );

const sorted = (value: unknown): unknown => (isJson(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value);
