/** The configuration of an `app-center` target. */
import * as z from 'zod/mini';
import { shown } from '../core/shown.ts';
import { schemaOf, text } from './config.ts';
import { secretField } from './secret-field.ts';

/** As Kubernetes has them; a container's may be no longer than 63. */
const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

const named = (what: string) =>
  z.optional(
    text(`write the name of the ${what}`, (value) =>
      NAME.test(value)
        ? undefined
        : `${shown(value)} is not the name of a ${what}: write it as the template has it, in lower case letters, digits, "-" and "."`,
    ),
  );

const FIELDS = {
  kind: z.literal('app-center', { error: 'must be "app-center"' }),
  /** Names the secret that holds the trigger URL: whoever knows the URL may deploy. */
  url: secretField,
  /** `patch` sets the image in the template, which only an application whose source is a template takes; `empty` deploys again what there is. */
  body: z.enum(['patch', 'empty'], { error: 'must be "patch", which sets the image, or "empty", which only deploys again' }),
  deployment: named('Deployment'),
  container: named('container'),
  /** False: by tag alone, without the digest. */
  pin: z.optional(z.boolean({ error: 'must be true or false' })),
};

const PATCHED = ['deployment', 'container', 'pin'] as const;

const AppCenterConfig = z.strictObject(FIELDS, { error: 'must be an object' }).check((context) => {
  const { body } = context.value;
  for (const field of PATCHED) {
    const given = context.value[field] !== undefined;
    const message =
      body === 'empty' && given
        ? 'has no place in an empty body: leave it out, or write "body": "patch"'
        : body === 'patch' && !given && field !== 'pin'
          ? `is missing: write the name of the ${field} whose image is set, or "body": "empty"`
          : undefined;
    if (message !== undefined) context.issues.push({ code: 'custom', input: undefined, path: [field], message });
  }
});
export type AppCenterConfig = z.infer<typeof AppCenterConfig>;
export const appCenterConfig = schemaOf<AppCenterConfig>(AppCenterConfig, Object.keys(FIELDS));
