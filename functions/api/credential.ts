/** Credentials of hooks as bodies give them, made into what is stored: nothing here is ever shown again. */
import type { Credential, HookDefinition } from '../core/definitions.ts';
import type { Registry } from '../registries/registry.ts';
import type { CredentialBody } from '../schema/hook.ts';
import type { ApiPorts } from './ports.ts';
import { Problem } from './problem.ts';
import { refuse } from './request.ts';

export type CredentialPorts = Pick<ApiPorts, 'hashToken' | 'sealed' | 'askKeys'>;

interface For {
  /** Name of the hook: what is sealed is bound to it. */
  readonly hook: string;
  readonly format: string;
  readonly registry: Pick<Registry, 'proofs'>;
}

export const readCredential = async (body: CredentialBody, { hook, format, registry }: For, now: number, ports: CredentialPorts): Promise<Credential> => {
  const proof = registry.proofs.find(({ by }) => by === body.by);
  if (proof === undefined) {
    const can = [...new Set(registry.proofs.map(({ by }) => by))].join(' or ');
    throw refuse(
      'credential',
      can === ''
        ? `${format} can send nothing but its URL, whose token is the secret: leave "credential" out`
        : `${format} cannot send ${body.by}: it can send ${can}`,
    );
  }
  switch (body.by) {
    case 'hmac': {
      if (body.secret === null) return { by: 'hmac', secrets: [] };
      const sealed = await ports.sealed.seal(hook, body.secret);
      if (sealed === undefined)
        throw new Problem(
          'secret-unavailable',
          'the secret of the stack, which seals those of hooks, cannot be read: try again, and look at the log of the API',
        );
      return { by: 'hmac', secrets: [{ sealed, createdAt: now }] };
    }
    case 'basic': {
      const { user, password } = body;
      return { by: 'basic', values: user === null || password === null ? [] : [{ sha256: ports.hashToken(`${user}:${password}`), createdAt: now }] };
    }
    case 'oidc':
      // So that the first delivery, minutes from now, need not wait for them.
      if (proof.by === 'oidc') await ports.askKeys(proof.keys, now);
      return { by: 'oidc', audience: body.audience, ...(body.email === undefined ? {} : { email: body.email }) };
    case 'header': {
      const name = body.name ?? (proof.by === 'header' ? proof.name : 'Authorization');
      return { by: 'header', name: name.toLowerCase(), values: body.value === null ? [] : [{ sha256: ports.hashToken(body.value), createdAt: now }] };
    }
  }
};

/**
 * A text that is equal for credentials which take the same deliveries. Sealing the same secret twice gives two texts, so
 * they are opened; undefined when they cannot be, which is like nothing.
 */
export const essenceOf = async (credential: Credential | undefined, hook: string, ports: CredentialPorts): Promise<string | undefined> => {
  if (credential === undefined || credential.by === 'oidc') return JSON.stringify(credential ?? null);
  if (credential.by !== 'hmac')
    return JSON.stringify([credential.by, credential.by === 'header' ? credential.name : '', credential.values.map(({ sha256 }) => sha256)]);
  const hashes: string[] = [];
  for (const { sealed } of credential.secrets) {
    const opened = await ports.sealed.open(hook, sealed);
    if (opened.is !== 'text') return undefined;
    hashes.push(ports.hashToken(opened.text));
  }
  return JSON.stringify([credential.by, hashes]);
};

/** Whether it is the secret that the hook has, or the newest of two: then a rotation to it is done already. */
export const isNewest = async (fresh: Credential, { name, credential: has }: HookDefinition, ports: CredentialPorts): Promise<boolean> => {
  if (has === undefined || has.by === 'oidc') return false;
  const newest: Credential = has.by === 'hmac' ? { ...has, secrets: has.secrets.slice(0, 1) } : { ...has, values: has.values.slice(0, 1) };
  const [one, other] = [await essenceOf(fresh, name, ports), await essenceOf(newest, name, ports)];
  return one !== undefined && one === other;
};
