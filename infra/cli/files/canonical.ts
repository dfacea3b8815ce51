/**
 * Definitions in the one form in which a file and the API can be compared: what means the same is the same. A field that a
 * file does not name has its default, so leaving one out takes it away.
 */

import { ECR_HOOK } from '../../../functions/core/ecr-hook.ts';
import { ecrHosts } from '../../../functions/core/ecr-host.ts';
import { type Fields, fields, textOf, texts } from '../../../functions/core/fields.ts';
import { hostOf, namesHost, parseHost, pathOf } from '../../../functions/core/image.ts';
import { parseRepositoryPattern } from '../../../functions/core/repository-pattern.ts';
import { DEFAULT_SWEEP_MINUTES } from '../../../functions/core/sweep-minutes.ts';
import { DOCUMENTS, type Kind } from '../../../functions/schema/file.ts';

/** All that a document may say, but for what it is, and for its template and trigger URLs, which are compared by themselves. */
const NAMES = Object.fromEntries(Object.entries(DOCUMENTS).map(([kind, { shape }]) => [kind, Object.keys(shape)]));
const APART: readonly string[] = ['apiVersion', 'kind', 'name', 'template', 'triggerUrls'];
export const fieldNames = (kind: Kind): readonly string[] => (NAMES[kind] ?? []).filter((name) => !APART.includes(name));

/** `hook` of a trigger: as the API shows it, else as a file has it. `held`: the same definition as the API shows it. */
interface Around {
  readonly held: Fields;
  readonly hook: Fields;
}

type Canonical = (given: Fields, around: Around) => Fields;

const CANONICAL = {
  Hook: (given, { held }) => {
    const { credential, access } = given;
    return {
      ...hostsForm(given, texts(held.impliedAliases)),
      credential: credential === undefined ? undefined : proofOf(fields(credential), fields(held.credential)),
      sweepMinutes: access === undefined ? undefined : (given.sweepMinutes ?? DEFAULT_SWEEP_MINUTES),
    };
  },
  Application: ({ policy, parameters }) => ({
    policy: policy ?? {},
    parameters: Object.keys(fields(parameters)).length === 0 ? undefined : parameters,
  }),
  Trigger: ({ rule, hook: name, repository }, { hook, held }) => {
    const { prereleases, ...rest } = fields(rule ?? { mode: 'all' });
    return {
      rule: { ...rest, ...(prereleases === true ? { prereleases } : {}) },
      repository: repositoryOf(textOf(repository), { hook: textOf(name), scope: hook, held: textOf(held.repository) }),
    };
  },
} as const satisfies Record<Kind, Canonical>;

export const canonical = (kind: Kind, given: Fields, around: Around): Fields => {
  const plain = Object.fromEntries(fieldNames(kind).map((name) => [name, given[name]]));
  return { ...plain, ...CANONICAL[kind](given, around), enabled: given.enabled ?? true };
};

/** `implied`: those that follow from the host are there whoever names them. */
export const hostsForm = (given: Fields, implied: readonly string[]): { readonly registryHost: unknown; readonly hostAliases: readonly string[] } => {
  const registryHost = hostText(given.registryHost);
  const aliases = texts(given.hostAliases).map((alias) => textOf(hostText(alias)));
  return { registryHost, hostAliases: [...new Set(aliases)].filter((alias) => alias !== registryHost && !implied.includes(alias)).sort() };
};

/** One that cannot be read stays as it is: the API says what is wrong with it. */
const hostText = (host: unknown): unknown => {
  const read = typeof host === 'string' ? parseHost(host) : undefined;
  return read?.ok === true ? read.value : host;
};

/** Without dates of secrets. A header without a name is that of its format, which only the API knows: where there is one already, it is left. */
const proofOf = ({ by, name, audience, email }: Fields, held: Fields): Fields => {
  const header = by === 'header' ? (name ?? (held.by === 'header' ? held.name : undefined)) : undefined;
  return { by, name: typeof header === 'string' ? header.toLowerCase() : undefined, audience, email };
};

/** As `functions/api/trigger-definition.ts` reads it against its hook. */
const repositoryOf = (text: string, { hook, scope, held }: { readonly hook: string; readonly scope: Fields; readonly held: string }): string => {
  const ecr = hook === ECR_HOOK.name;
  // Without a host it is on the registry of the stack, or on the one that a format speaks for, which only the API knows; `redis` is `library/redis` there.
  if (!namesHost(text) && (ecr || scope.registryHost === undefined)) return [text.toLowerCase(), `library/${text}`].includes(pathOf(held)) ? held : text;
  const host = ecr ? ecrHosts(hostOf(text))?.[0] : hostText(scope.registryHost);
  const pattern = parseRepositoryPattern(text, typeof host === 'string' ? host : undefined);
  if (!pattern.ok) return text;
  const aliases = ecr ? ecrHosts(hostOf(pattern.value)) : texts(scope.hostAliases);
  return typeof host === 'string' && aliases?.includes(hostOf(pattern.value)) === true ? `${host}/${pathOf(pattern.value)}` : pattern.value;
};
