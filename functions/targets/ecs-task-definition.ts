/**
 * Task definitions as JSON: the containers in them, and the next revision with only their images changed.
 * Everything else is passed through unseen, fields included that did not exist when this was written.
 */
import { type Fields, isFields } from '../core/fields.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { sortedJson } from '../core/sorted-json.ts';
import { type Container, type Match, readContainer, type Spelling, withImage } from './containers.ts';

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly containers: readonly Container[];
  /** What `RegisterTaskDefinition` takes to make the same again. */
  readonly registration: Fields;
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

/** From the body of a `DescribeTaskDefinition` answer with TAGS included. */
export const readTaskDefinition = (answer: unknown): Parsed<TaskDefinition> => {
  const definition = isFields(answer) ? answer.taskDefinition : undefined;
  if (!isFields(answer) || !isFields(definition)) return refused('the answer holds no task definition');
  const { taskDefinitionArn: arn, family, containerDefinitions } = definition;
  if (typeof arn !== 'string' || typeof family !== 'string' || !Array.isArray(containerDefinitions))
    return refused('the task definition has no ARN, family or containers');
  const tags = Array.isArray(answer.tags) ? answer.tags.filter(isOwnTag) : [];
  return parsed({
    arn,
    family,
    containers: containerDefinitions.map((container: unknown) => readContainer(isFields(container) ? container : {})),
    registration: {
      ...Object.fromEntries(Object.entries(definition).filter(([field]) => !READ_ONLY.has(field))),
      ...(tags.length === 0 ? {} : { tags }),
    },
  });
};

/** Tags of AWS itself (CloudFormation's, for example) cannot be given by anybody else. */
const isOwnTag = (tag: unknown): boolean => !(isFields(tag) && typeof tag.key === 'string' && /^aws:/i.test(tag.key));

/** The registration with the images of the matches replaced; host and path stay as the definition spells them. */
export const withImages = ({ registration }: TaskDefinition, matches: readonly Match[], spell: Spelling): Fields => {
  const texts = new Map(matches.map(({ container, wanted }) => [container.name, withImage(container, wanted, spell)]));
  const { containerDefinitions } = registration;
  return {
    ...registration,
    containerDefinitions: Array.isArray(containerDefinitions)
      ? containerDefinitions.map((container: unknown) =>
          isFields(container) && typeof container.name === 'string' && texts.has(container.name)
            ? { ...container, image: texts.get(container.name) }
            : container,
        )
      : containerDefinitions,
  };
};

/** Whether two registrations would make the same revision; the order of fields and of tags means nothing. */
export const isSameRegistration = (a: Fields, b: Fields): boolean => canonical(a) === canonical(b);

const canonical = (registration: Fields): string =>
  sortedJson({ ...registration, tags: Array.isArray(registration.tags) ? registration.tags.map(sortedJson).sort() : [] });
