/** Where a secret lies, as a definition names it. Everything under one path, because the function may read nothing else. */
import { type Parsed, parsed, refused } from './parsed.ts';
import { shown } from './shown.ts';

export type SecretReference =
  | { readonly in: 'ssm'; readonly name: string }
  | { readonly in: 'secretsmanager'; readonly name: string }
  /** Only where the engine on one machine switches it on. */
  | { readonly in: 'env'; readonly name: string };

const FORMS = {
  ssm: /^\/image-triggers(?:\/[\w.-]+)+$/,
  secretsmanager: /^image-triggers(?:\/[\w+=.@-]+)+$/,
  env: /^[A-Za-z_]\w*$/,
} as const;

export const SECRET_REFERENCE_FORMS = 'ssm:/image-triggers/…, secretsmanager:image-triggers/… or, on one machine only, env:…';

const MOST = 512;

/** A text without a known beginning may be the secret itself, so it is not repeated. */
export const parseSecretReference = (text: string): Parsed<SecretReference> => {
  const [, store, name = ''] = /^(ssm|secretsmanager|env):(.*)$/s.exec(text) ?? [];
  const known = store === 'ssm' || store === 'secretsmanager' || store === 'env' ? store : undefined;
  if (known === undefined) return refused(`is not a reference to a secret: write ${SECRET_REFERENCE_FORMS}, never the secret itself`);
  if (text.length > MOST || !FORMS[known].test(name)) return refused(`${shown(text)} is outside of what may be read: write ${SECRET_REFERENCE_FORMS}`);
  return parsed({ in: known, name });
};
