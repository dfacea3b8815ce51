/** Patterns over repositories: `host/path` for exactly that one, `host/team/*` for everything below `host/team`. Lower case, as repositories are. */
import { hostOf, namesHost, normaliseRepository, parseRepository } from './image.ts';
import { type Parsed, parsed, refused } from './parsed.ts';
import { shown } from './shown.ts';

const BELOW = '/*';

/** Whether a pattern covers a repository; both as `parseRepositoryPattern` and `parseRepository` answer them. */
export const repositoryMatches = (pattern: string, repository: string): boolean =>
  pattern.endsWith(BELOW) ? repository.startsWith(pattern.slice(0, -1)) && repository.length > pattern.length - 1 : pattern === repository;

/**
 * What a trigger names: `host/path`, `host/team/*`, or, where the hook has a `registryHost`, a bare `path` or `team/*` on it.
 * The answer always has its host.
 */
export const parseRepositoryPattern = (text: string, registryHost?: string): Parsed<string> => {
  const below = text.endsWith(BELOW);
  const name = below ? text.slice(0, -BELOW.length) : text;
  if (name.includes('*')) return refused(`the repository ${shown(text)} has a "*" inside: it may only stand at the end, as in team/*`);
  // Something stands for the star while parsing: `docker.io/team/*` is the namespace `team`, never the official image `library/team`.
  const whole = below ? `${name}/x` : name;
  if (below && namesHost(whole) && !name.includes('/'))
    return refused(`the repository ${shown(text)} covers a whole registry: name a part of its path too, as in registry.example.com/team/*`);
  const repository = registryHost === undefined || namesHost(whole) ? parseRepository(whole) : normaliseRepository(registryHost, whole);
  return repository.ok && below ? parsed(`${repository.value.slice(0, -1)}*`) : repository;
};

/** A pattern of a hook's `repositories`: a path or `team/*` inside its registry, with or without the host. A bare `*` is everything. */
export const hookCovers = (patterns: readonly string[], repository: string): boolean =>
  patterns.some((written) => {
    const pattern = written.toLowerCase();
    const full = pattern.startsWith(`${hostOf(repository)}/`) ? pattern : `${hostOf(repository)}/${pattern}`;
    return pattern === '*' || repositoryMatches(full, repository);
  });
