/**
 * Secrets that targets use, by reference and only under `image-triggers/`. Read each time: a rotated secret is used at
 * once, and none outlives the invocation that read it. Nothing here ever says a value.
 */
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { parseSecretReference, type SecretReference } from '../core/secret-reference.ts';
import { shown } from '../core/shown.ts';
import { ENV } from '../env.ts';

/** Reads one text. Throws what the store threw. */
export type ReadSecret = (name: string) => Promise<string | undefined>;

type Environment = Readonly<Record<string, string | undefined>>;
type Stores = Readonly<Record<'ssm' | 'secretsmanager', ReadSecret>>;

/**
 * Refused: the reference or the secret must be changed by somebody (missing, denied, empty, not a text). Throws, without a
 * value, when the store cannot be asked just now.
 */
export const makeSecrets =
  (env: Environment, stores: Stores = AWS): ((reference: string) => Promise<Parsed<string>>) =>
  async (text) => {
    const reference = parseSecretReference(text);
    if (!reference.ok) return reference;
    if (reference.value.in === 'env') return fromEnvironment(reference.value.name, env);
    return fromStore(reference.value, stores[reference.value.in]);
  };

/** Their clients are read when first used: most applications need neither. */
const AWS: Stores = {
  ssm: async (name) => (await import('./read-parameter.ts')).readParameter(name),
  secretsmanager: async (name) => (await import('./read-secret.ts')).readSecret(name),
};

const fromEnvironment = (name: string, env: Environment): Parsed<string> => {
  const prefix = env[ENV.secretEnvPrefix];
  if (prefix === undefined || prefix === '')
    return refused(`env:${name} cannot be read here: env: works only on one machine; use ssm:/image-triggers/… or secretsmanager:image-triggers/…`);
  if (!name.startsWith(prefix)) return refused(`env:${name} cannot be read: only variables that begin with ${prefix} can, so name it ${prefix}${name}`);
  const value = env[name];
  return value === undefined || value === '' ? refused(`env:${name} is not set: set it and start again`) : parsed(value);
};

/** Error names of both stores for what only a person can mend. */
const MENDED_BY_PEOPLE: Readonly<Record<string, string>> = {
  ParameterNotFound: 'does not exist: create it as a SecureString',
  ParameterVersionNotFound: 'does not exist in that version',
  ResourceNotFoundException: 'does not exist: create it',
  InvalidKeyId: 'is encrypted with a key that may not be used: encrypt it with the AWS managed key',
  DecryptionFailure: 'is encrypted with a key that may not be used: encrypt it with the AWS managed key',
  InvalidRequestException: 'cannot be read: it is marked for deletion',
  AccessDeniedException: 'may not be read: the function reads only names under image-triggers/, encrypted with the AWS managed key',
};

const fromStore = async ({ in: store, name }: SecretReference, read: ReadSecret): Promise<Parsed<string>> => {
  try {
    const value = await read(name);
    return value === undefined || value === '' ? refused(`${store}:${name} holds no text: put the secret there as text`) : parsed(value);
  } catch (error) {
    const code = error instanceof Error ? error.name : '';
    const why = Object.hasOwn(MENDED_BY_PEOPLE, code) ? MENDED_BY_PEOPLE[code] : undefined;
    if (why !== undefined) return refused(`${store}:${name} ${why}`);
    throw new Error(`${store}:${name} could not be read just now (${shown(code)})`);
  }
};
