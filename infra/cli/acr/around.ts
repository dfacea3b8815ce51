/** What is there already where triggers are imported. An import adds to it: what is not its own stays as it is. */
import { type Fields, textOf } from '../../../functions/core/fields.ts';
import { parseRepositoryPattern } from '../../../functions/core/repository-pattern.ts';
import { misused } from '../io.ts';
import type { Session } from '../session.ts';

export interface Around {
  /** The hook that the triggers hear, where it is there. */
  readonly hook: Fields | undefined;
  /** Names of triggers that are not those of an earlier import of the repository. */
  foreign(repository: string): readonly string[];
}

export const NOTHING: Around = { hook: undefined, foreign: () => [] };

interface Wanted {
  readonly registryHost: string;
  readonly hook: string;
  readonly application: string;
}

export const readAround = async ({ registryHost, hook: name, application }: Wanted, session: Session): Promise<Around> => {
  await session.ask({ method: 'GET', path: `/v1/applications/${encodeURIComponent(application)}` });
  const hook = (await session.pages('/v1/hooks', {})).items.find((each) => each.name === name);
  if (hook !== undefined && (hook.registry !== 'alibaba-acr' || hook.registryHost !== registryHost))
    throw misused(
      `the hook ${name} is there already, for ${textOf(hook.registry)} and ${textOf(hook.registryHost) || 'no host'}: give another name by --hook, or the --registry-host that it has`,
    );
  const triggers = (await session.pages('/v1/triggers', {})).items;
  return {
    hook,
    foreign: (repository) => {
      const own = parseRepositoryPattern(repository, registryHost);
      return triggers.flatMap((each) => (own.ok && each.repository === own.value && each.hook === name ? [] : [textOf(each.name)]));
    },
  };
};
