/** Bodies that make or change a hook, made into its definition: what it may speak for, and how a delivery proves itself. */
import type { HookDefinition } from '../core/definitions.ts';
import { ECR_HOOK } from '../core/ecr-hook.ts';
import { ecrHosts } from '../core/ecr-host.ts';
import { parseHost } from '../core/image.ts';
import type { RegistryAccess } from '../core/registry-answer.ts';
import { parseRepositoryPattern } from '../core/repository-pattern.ts';
import { shown } from '../core/shown.ts';
import { sweptAgain } from '../core/sweep-minutes.ts';
import type { Registry } from '../registries/registry.ts';
import type { FieldProblem } from '../schema/check.ts';
import type { HookBody, HookPatch } from '../schema/hook.ts';
import { type CredentialPorts, readCredential } from './credential.ts';
import type { ApiPorts } from './ports.ts';
import { invalid } from './problem.ts';
import { refuse } from './request.ts';

export type HookParts = Pick<
  HookBody,
  'name' | 'registry' | 'registryHost' | 'hostAliases' | 'repositories' | 'credential' | 'access' | 'sweepMinutes' | 'enabled'
>;
/** As a body gives it, or as a hook has it already. */
type Scope = Pick<HookParts, 'registryHost'> & { readonly hostAliases?: readonly string[] | undefined; readonly repositories?: readonly string[] | undefined };
/** What a hook's definition follows from; how its deliveries are read is no part of that. */
type Format = Omit<Registry, 'read'>;
type HookPorts = Pick<ApiPorts, 'registryNames'> & CredentialPorts & { registry(name: string): Promise<Format | undefined> };

export const makeHook = async (body: HookParts, token: string, now: number, ports: HookPorts): Promise<HookDefinition> => {
  const registry = await registryOf(body.registry, ports);
  const scope = readScope(body, body.registry, registry);
  const whose = { hook: body.name, format: body.registry, registry };
  const credential = body.credential === undefined ? undefined : await readCredential(body.credential, whose, now, ports);
  return {
    name: body.name,
    registry: body.registry,
    ...scope,
    ...(credential === undefined ? {} : { credential }),
    ...readAccess(body.access, body.sweepMinutes, scope, body.registry),
    enabled: body.enabled ?? true,
    tokens: [{ sha256: ports.hashToken(token), createdAt: now }],
    createdAt: now,
    updatedAt: now,
  };
};

export const changeHook = async (hook: HookDefinition, patch: HookPatch, now: number, ports: HookPorts): Promise<HookDefinition> => {
  const { registryHost: host, hostAliases, repositories, credential, access, sweepMinutes, ...rest } = hook;
  const name = patch.registry ?? hook.registry;
  const registry = await registryOf(name, ports);
  const registryHost = patch.registryHost === undefined ? host : (patch.registryHost ?? undefined);
  // Aliases that followed from the former host go with it.
  const implied = host === undefined ? [] : ((await ports.registry(hook.registry))?.aliases(host) ?? []);
  const scope = readScope(
    {
      registryHost,
      hostAliases: patch.hostAliases ?? hostAliases.filter((alias) => !implied.includes(alias)),
      repositories: (patch.repositories === undefined ? repositories : patch.repositories) ?? undefined,
    },
    name,
    registry,
  );
  const kept = patch.credential === undefined ? credential : undefined;
  if (kept !== undefined && !registry.proofs.some(({ by }) => by === kept.by))
    throw refuse('credential', `${name} cannot send the ${kept.by} credential that the hook has: give "credential" anew, or null`);
  const given = patch.credential == null ? kept : await readCredential(patch.credential, { hook: hook.name, format: name, registry }, now, ports);
  const next: HookDefinition = {
    ...rest,
    registry: name,
    ...scope,
    ...(given === undefined ? {} : { credential: given }),
    ...readAccess(
      patch.access === undefined ? access : (patch.access ?? undefined),
      // Who takes the access away means the looks too.
      patch.sweepMinutes === undefined ? (patch.access === null ? undefined : sweepMinutes) : (patch.sweepMinutes ?? undefined),
      scope,
      name,
    ),
    enabled: patch.enabled ?? hook.enabled,
    updatedAt: now,
  };
  return sweptAgain(next, hook, now);
};

export const registryOf = async (name: string, ports: Pick<HookPorts, 'registry' | 'registryNames'>): Promise<Format> => {
  const registry = await ports.registry(name);
  if (registry === undefined) throw refuse('registry', `${shown(name)} is no format that is known here: give one of ${ports.registryNames.join(', ')}`);
  return registry;
};

/** A payload may name any host where the hook names none: a password would go wherever its sender likes. */
const readAccess = (
  access: RegistryAccess | undefined,
  sweepMinutes: number | undefined,
  { registryHost }: Pick<HookDefinition, 'registryHost'>,
  format: string,
): Pick<HookDefinition, 'access' | 'sweepMinutes'> => {
  if (access === undefined && sweepMinutes !== undefined && sweepMinutes > 0)
    throw refuse('sweepMinutes', 'a registry can be looked at only where the hook gives "access": give it as well, or leave this out');
  if (access === undefined) return {};
  if (access === 'ecr' && ecrHosts(registryHost ?? '') === undefined && !(registryHost === undefined && format === ECR_HOOK.registry))
    throw refuse(
      'access',
      `the hook is for ${registryHost === undefined ? 'no host in particular' : shown(registryHost)}, which is no registry of Amazon ECR: give its "registryHost", as in 123456789012.dkr.ecr.eu-west-1.amazonaws.com, or another access`,
    );
  if (access !== 'public' && access !== 'ecr' && registryHost === undefined)
    throw refuse('access', 'a password is sent only to the registry that the hook names: give "registryHost" as well, or "public"');
  return { access, ...(sweepMinutes === undefined ? {} : { sweepMinutes }) };
};

const readScope = (parts: Scope, name: string, registry: Format) => {
  const problems: FieldProblem[] = [];
  const read = (field: string, text: string): string | undefined => {
    const host = parseHost(text);
    if (host.ok) return host.value;
    problems.push({ field, why: host.why });
    return undefined;
  };
  const registryHost = parts.registryHost === undefined ? undefined : read('registryHost', parts.registryHost);
  if (parts.registryHost === undefined && registry.needsRegistryHost)
    problems.push({
      field: 'registryHost',
      why: `it is missing: ${name} deliveries cannot be trusted to say which registry they are from; give its host, as in registry.example.com`,
    });
  const given = (parts.hostAliases ?? []).flatMap((alias, i) => read(`hostAliases[${i}]`, alias) ?? []);
  for (const [i, pattern] of (parts.repositories ?? []).entries()) {
    const read = pattern === '*' ? undefined : parseRepositoryPattern(pattern.toLowerCase(), registryHost ?? 'registry.example');
    if (read?.ok === false) problems.push({ field: `repositories[${i}]`, why: read.why });
  }
  if (problems.length > 0) throw invalid(problems);
  const aliases = [...given, ...(registryHost === undefined ? [] : registry.aliases(registryHost))];
  return {
    ...(registryHost === undefined ? {} : { registryHost }),
    hostAliases: [...new Set(aliases)].filter((alias) => alias !== registryHost),
    ...(parts.repositories === undefined ? {} : { repositories: parts.repositories }),
  };
};
