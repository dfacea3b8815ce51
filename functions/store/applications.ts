/** Applications as the API writes and lists them. Their states are in states.ts. */
import type { ApplicationDefinition } from '../core/definitions.ts';
import { type Parsed, parsed } from '../core/parsed.ts';
import { decodeCursor, encodeCursor, notOurs, type Page } from './cursor.ts';
import { applicationFromItem, applicationKey, applicationToItem, type Key } from './definition-item.ts';
import { fitting, type ListQuery, makeDefinitions } from './definitions.ts';
import type { Tables } from './dynamo.ts';

const isKey = ({ pk, sk }: Key, name: string): boolean => pk === applicationKey(name).pk && sk === applicationKey(name).sk;

export const makeApplications = (tables: Tables, newWriter: () => string) => {
  const { get, create, change, remove, removeIf, list } = makeDefinitions<ApplicationDefinition>(
    tables,
    { kind: 'application', toItem: applicationToItem, fromItem: applicationFromItem, isKey },
    newWriter,
  );

  /** Of these names alone, of which there are some hundred at most: each is read by its key. */
  const among = async (
    names: readonly string[],
    { prefix = '', fits = () => true, limit, cursor }: Omit<ListQuery<ApplicationDefinition>, 'where'>,
  ): Promise<Parsed<Page<ApplicationDefinition>>> => {
    const after = cursor === undefined ? parsed('') : nameIn(cursor);
    if (!after.ok) return after;
    const asked = [...new Set(names)].filter((name) => name.startsWith(prefix) && name > after.value).sort();
    const found = (await Promise.all(asked.map((name) => get(applicationKey(name))))).flatMap((application) => application ?? []);
    const items = await fitting(found, fits);
    const last = items.length > limit ? items[limit - 1]?.name : undefined;
    return parsed({
      items: items.slice(0, limit),
      ...(last === undefined ? {} : { cursor: encodeCursor([applicationKey(last).pk, applicationKey(last).sk, last]) }),
    });
  };

  return {
    get: (name: string) => get(applicationKey(name)),
    create,
    change: (name: string, alter: (application: ApplicationDefinition) => Promise<ApplicationDefinition> | ApplicationDefinition) =>
      change(applicationKey(name), alter),
    remove: (name: string) => remove(applicationKey(name)),
    removeIf: (name: string, allow: (application: ApplicationDefinition) => Promise<void> | void) => removeIf(applicationKey(name), allow),
    list,
    among,
  };
};

const nameIn = (cursor: string): Parsed<string> => {
  const parts = decodeCursor(cursor, 3);
  if (!parts.ok) return parts;
  const [pk = '', sk = '', name = ''] = parts.value;
  return isKey({ pk, sk }, name) ? parsed(name) : notOurs(cursor);
};
