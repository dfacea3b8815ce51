/** A field that names a secret, and never holds it. */
import { parseSecretReference } from '../core/secret-reference.ts';
import { text } from './config.ts';

export const secretField = text('name the secret, as in ssm:/image-triggers/NAME', (value) => {
  const reference = parseSecretReference(value);
  return reference.ok ? undefined : reference.why;
});
