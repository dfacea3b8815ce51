/** The configuration of a `lambda` target. */
import * as z from 'zod/mini';
import { shown } from '../core/shown.ts';
import { region, roleArn } from './aws-config.ts';
import { schemaOf, text } from './config.ts';

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
/** A number alone is a version. */
const ALIAS = /^(?!\d+$)[A-Za-z0-9_-]{1,128}$/;

const FIELDS = {
  kind: z.literal('lambda', { error: 'must be "lambda"' }),
  region,
  function: text('write the name of the function', (value) =>
    NAME.test(value)
      ? undefined
      : `${shown(value)} is not the name of a function: write its name (letters, digits, "-", "_"), without account, version and alias`,
  ),
  roleArn,
  /** Whether each image becomes a version. */
  publish: z.optional(z.boolean({ error: 'must be true or false' })),
  /** Is moved to that version, and gets all of the traffic there: weights that it gave to another version are cleared. */
  alias: z.optional(
    text('write the name of the alias', (value) =>
      ALIAS.test(value) ? undefined : `${shown(value)} is not the name of an alias: write letters, digits, "-", "_", and not digits alone`,
    ),
  ),
};

const LambdaConfig = z.strictObject(FIELDS, { error: 'must be an object' }).check((context) => {
  const { alias, publish } = context.value;
  if (alias !== undefined && publish === false)
    context.issues.push({
      code: 'custom',
      input: undefined,
      path: ['publish'],
      message: 'must not be false with an alias, which leads to a version: leave it out',
    });
});
export type LambdaConfig = z.infer<typeof LambdaConfig>;
export const lambdaConfig = schemaOf<LambdaConfig>(LambdaConfig, Object.keys(FIELDS));
