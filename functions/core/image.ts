/**
 * Image references as this project knows them: normalised as Docker does (normalize.go of distribution/reference),
 * and then lower case throughout, so that one repository has one name. The grammar stands above `reference.ts`:
 *
 *   [host[:port]/]path[:tag][@digest]
 *
 * The part before the first slash is a host only if it is `localhost`, holds a `.` or `:`, or has an upper-case letter;
 * everything else is on Docker Hub: `redis` is `docker.io/library/redis`, `team/app` is `docker.io/team/app`.
 */
import { type Parsed, parsed, refused } from './parsed.ts';
import { isDomain, isIdentifier, isPath, MAX_PATH, parseReference } from './reference.ts';
import { shown } from './shown.ts';

export { DIGEST_RULE, isDigest, isTag, TAG_RULE } from './reference.ts';

/** A normalised reference. `repository` is `host/path`, lower case, `docker.io` and `library/` filled in as Docker does. */
export interface Image {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const DOCKER_HUB = 'docker.io';
const LEGACY_DOCKER_HUB = 'index.docker.io';

export const parseImage = (text: string): Parsed<Image> => {
  if (isIdentifier(text)) return refused(`${shown(text)} is an image id and not a name: write host/path:tag, or host/path@sha256:…`);
  const reference = parseReference(text);
  if (!reference.ok) return reference;
  const { domain, path, tag, digest } = reference.value;
  const first = domain ?? path.slice(0, Math.max(path.indexOf('/'), 0));
  // Upstream reads `foo_bar.com/app` as a name without any host; on no registry is it one.
  if (domain === undefined && looksLikeHost(first)) return refused(hostProblem(first));
  const onHub = domain === undefined || !looksLikeHost(domain);
  const repository = onHub ? join(DOCKER_HUB, domain === undefined ? path : `${domain}/${path}`) : join(domain, path);
  if (!repository.ok) return repository;
  return parsed({ repository: repository.value, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) });
};

/** A repository without tag and digest; the answer is `host/path`. */
export const parseRepository = (text: string): Parsed<string> => {
  const image = parseImage(text);
  if (!image.ok) return image;
  if (image.value.digest !== undefined) return refused(`the repository ${shown(text)} has a digest: leave out everything from the "@"`);
  if (image.value.tag !== undefined)
    return refused(`the repository ${shown(text)} has the tag ${shown(image.value.tag)}: leave out everything from the last ":"`);
  return parsed(image.value.repository);
};

/** Host (with its port) of a registry; the answer is lower case, and `docker.io` for each name of Docker Hub. */
export const parseHost = (text: string): Parsed<string> => {
  if (text.includes('://') || text.includes('/')) return refused(`the registry host ${shown(text)} has a scheme or a path: write only host or host:port`);
  // Without a letter, dot or port it could not be written before a path: Docker takes `1/app` for a repository of Docker Hub.
  if (!isDomain(text) || !/[.:A-Za-z]/.test(text)) return refused(hostProblem(text));
  return parsed(canonicalHost(text));
};

/** `host/path` from a host and the path inside it as a registry spells it: upper case is accepted here, since identity is lower case. */
export const normaliseRepository = (host: string, path: string): Parsed<string> => {
  const known = parseHost(host);
  if (!known.ok) return known;
  // Tested before lower-casing: some letters outside ASCII have an ASCII lower case (U+212A).
  if (!/^[A-Za-z0-9._/-]+$/.test(path) || !isPath(path.toLowerCase()))
    return refused(
      path.length > MAX_PATH
        ? `the repository path ${shown(path)} has ${path.length} characters: at most ${MAX_PATH} are allowed`
        : `${shown(path)} is not a repository path: write parts of a-z, 0-9, ".", "_" and "-" with "/" between them, as in team/app`,
    );
  return join(known.value, path.toLowerCase());
};

/**
 * `host/path[:tag][@digest]`, read back by `parseImage` (and by Docker) as the same image. A host without dot and port
 * is written in upper case, because in lower case it would be taken for a path on Docker Hub; hosts have no case.
 */
export const formatImage = ({ repository, tag, digest }: Image): string => {
  const host = hostOf(repository);
  const clear = host === 'localhost' || /[.:]/.test(host);
  const name = clear ? repository : `${host.toUpperCase()}/${pathOf(repository)}`;
  return `${name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
};

export const hostOf = (repository: string): string => repository.slice(0, repository.indexOf('/'));
export const pathOf = (repository: string): string => repository.slice(repository.indexOf('/') + 1);

/** Among the names of a registry: whatever host, because the sender could not say which one it is and the hook is bound to one application. */
export const ANY_HOST = '*';

/** Whether `found`, as a target has it, is the repository `wanted`: host and path are equal, or the path is and its host is another name (`hosts`) of the same registry. */
export const isSameRepository = (found: string, wanted: string, hosts: readonly string[]): boolean =>
  found === wanted || (pathOf(found) === pathOf(wanted) && (hosts.includes(hostOf(found)) || hosts.includes(ANY_HOST)));

const hostProblem = (text: string): string => `${shown(text)} is not a registry host: write host or host:port, as in registry.example.com:5000`;

const canonicalHost = (host: string): string => (host.toLowerCase() === LEGACY_DOCKER_HUB ? DOCKER_HUB : host.toLowerCase());

const join = (host: string, path: string): Parsed<string> => {
  const known = canonicalHost(host);
  const full = known === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path;
  if (full.length > MAX_PATH) return refused(`the repository path ${shown(full)} has ${full.length} characters: at most ${MAX_PATH} are allowed`);
  // `[aa]/app` is cut by the grammar and is neither a host by Docker's rule nor a path.
  return isPath(full) ? parsed(`${known}/${full}`) : refused(`${shown(full)} is not a repository path: write team/app, or host/team/app`);
};

/** Whether a name begins with a host as a person writes one; an upper-case first part, which Docker takes for a host too, is not one here. */
export const namesHost = (name: string): boolean => {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  return first === 'localhost' || /[.:]/.test(first);
};

/** Docker's rule for the part before the first slash. */
const looksLikeHost = (part: string): boolean => part === 'localhost' || /[.:A-Z]/.test(part);
