/** The configuration of an `ecs` target. */
import * as z from 'zod/mini';
import { shown } from '../core/shown.ts';
import { region, roleArn } from './aws-config.ts';
import { schemaOf, text } from './config.ts';

const NAME = /^[A-Za-z0-9_-]{1,255}$/;
const MOST_CONTAINERS = 20;

const named = (what: string) =>
  text(`write the name of the ${what}`, (value) =>
    NAME.test(value) ? undefined : `${shown(value)} is not the name of a ${what}: write its name (letters, digits, "-", "_"), not its ARN`,
  );

const FIELDS = {
  kind: z.literal('ecs', { error: 'must be "ecs"' }),
  region,
  cluster: named('cluster'),
  service: named('service'),
  roleArn,
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
