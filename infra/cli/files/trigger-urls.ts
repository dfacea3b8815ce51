/**
 * The trigger URLs that a file gives an application against those that it has. One is nothing but what it may do and who was
 * given it: where that changes, another URL is made and the former ends. So neither ids nor the order are compared.
 */
import { type Fields, list, texts } from '../../../functions/core/fields.ts';
import { sortedJson } from '../../../functions/core/sorted-json.ts';
import { hostsForm } from './canonical.ts';
import { type Asking, pathOf } from './held.ts';

export interface UrlChanges {
  /** Bodies. */
  readonly made: readonly Fields[];
  /** As the API shows them. */
  readonly revoked: readonly Fields[];
}

export const urlsPath = (application: string, id?: string): string =>
  pathOf('Application', application, `/trigger-urls${id === undefined ? '' : `/${encodeURIComponent(id)}`}`);

export const readTriggerUrls = async (session: Asking, application: string): Promise<readonly Fields[]> =>
  list((await session.ask({ method: 'GET', path: urlsPath(application) })).items);

/** As a file has it. `implied`: names that follow from its host, which only the API knows. */
export const urlForm = (given: Fields, implied: readonly string[] = texts(given.impliedAliases)): Fields => {
  const { label, get, repositories } = given;
  const { registryHost, hostAliases } = hostsForm(given, implied);
  return Object.fromEntries(
    Object.entries({
      label,
      get: get === true ? get : undefined,
      registryHost,
      hostAliases: hostAliases.length === 0 ? undefined : hostAliases,
      repositories,
    }).filter(([, value]) => value !== undefined),
  );
};

export const urlChanges = (held: readonly Fields[], wanted: readonly Fields[]): UrlChanges => {
  const left = [...held];
  const made = wanted.filter((one) => {
    const at = left.findIndex((other) => sortedJson(urlForm(one, texts(other.impliedAliases))) === sortedJson(urlForm(other)));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return { made, revoked: left };
};
