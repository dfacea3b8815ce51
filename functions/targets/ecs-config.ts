/** The configuration of an `ecs` target. */
import * as z from 'zod/mini';
import { shown } from '../core/shown.ts';
import { schemaOf, text } from './config.ts';

/** The stack may assume only roles of this name, whatever the account. */
const ROLE = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/(image-triggers-target-[\w+=,.@-]+)$/;
const ROLE_NAME_MOST = 64;
const NAME = /^[A-Za-z0-9_-]{1,255}$/;
const MOST_CONTAINERS = 20;

const roleProblem = (value: string): string | undefined => {
  const name = ROLE.exec(value)?.[3];
  if (name === undefined)
    return `${shown(value)} is not a role that may be assumed: write arn:aws:iam::<12 digits>:role/image-triggers-target-<name>; "image-triggers application grant" makes it`;
  return name.length > ROLE_NAME_MOST ? `its name has ${name.length} characters: IAM allows ${ROLE_NAME_MOST}` : undefined;
};

const named = (what: string) =>
  text(`write the name of the ${what}`, (value) =>
    NAME.test(value) ? undefined : `${shown(value)} is not the name of a ${what}: write its name (letters, digits, "-", "_"), not its ARN`,
  );

const FIELDS = {
  kind: z.literal('ecs', { error: 'must be "ecs"' }),
  region: text('write a region, as in eu-west-1', (value) =>
    /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/.test(value) ? undefined : `${shown(value)} is not a region: write it as in eu-west-1`,
  ),
  cluster: named('cluster'),
  service: named('service'),
  roleArn: text('write arn:aws:iam::<12 digits>:role/image-triggers-target-<name>', roleProblem),
  /** Only these are changed; absent: every container that uses the image. */
  containers: z.optional(
    z.array(named('container'), { error: 'must be a list of container names' }).check((context) => {
      const { length } = context.value;
      if (length === 0 || length > MOST_CONTAINERS)
        context.issues.push({ code: 'custom', input: undefined, message: `holds ${length} names: write 1 to ${MOST_CONTAINERS}, or leave it out for all` });
    }),
  ),
};

const EcsConfig = z.strictObject(FIELDS, { error: 'must be an object' });
export type EcsConfig = z.infer<typeof EcsConfig>;
export const ecsConfig = schemaOf<EcsConfig>(EcsConfig, Object.keys(FIELDS));

/** The parts of a role ARN that was accepted above. */
export const partsOfRole = (roleArn: string): { readonly partition: string; readonly account: string; readonly name: string } => {
  const [, partition = '', account = '', name = ''] = ROLE.exec(roleArn) ?? [];
  return { partition, account, name };
};
