/** `AWS::SecretsManager::Secret` → a text that is made once, as long as `GenerateSecretString` says. */
import { fields } from './json.ts';
import type { Resolved, Stacks } from './plan.ts';

export interface SecretSpec {
  readonly name: string;
  /** Of letters and digits. */
  readonly characters: number;
}

export const readSecrets = (stacks: Stacks): readonly SecretSpec[] => stacks.ofType('AWS::SecretsManager::Secret').map(readSecret);

const KNOWN: readonly string[] = ['PasswordLength', 'ExcludePunctuation'];

const readSecret = ({ identity, properties, where }: Resolved): SecretSpec => {
  const generate = fields(properties.GenerateSecretString, `${where} GenerateSecretString`);
  const other = Object.keys(generate).find((name) => !KNOWN.includes(name));
  const { PasswordLength: characters, ExcludePunctuation: plain } = generate;
  if (other !== undefined || plain !== true || typeof characters !== 'number')
    throw new Error(
      `${where}: the local engine makes secrets of letters and digits (ExcludePunctuation: true) of a PasswordLength; it does not know ${other ?? JSON.stringify(generate)}`,
    );
  return { name: identity.attributes.Name ?? identity.ref, characters };
};
