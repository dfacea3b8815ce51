/** Applications as the API writes and lists them. Their states are in states.ts. */
import type { ApplicationDefinition } from '../core/definitions.ts';
import { applicationFromItem, applicationKey, applicationToItem } from './definition-item.ts';
import { makeDefinitions } from './definitions.ts';
import type { Tables } from './dynamo.ts';

export const makeApplications = (tables: Tables, newWriter: () => string) => {
  const { get, create, change, remove, removeIf, list } = makeDefinitions<ApplicationDefinition>(
    tables,
    {
      kind: 'application',
      toItem: applicationToItem,
      fromItem: applicationFromItem,
      isKey: ({ pk, sk }, name) => pk === applicationKey(name).pk && sk === applicationKey(name).sk,
    },
    newWriter,
  );
  return {
    get: (name: string) => get(applicationKey(name)),
    create,
    change: (name: string, alter: (application: ApplicationDefinition) => Promise<ApplicationDefinition> | ApplicationDefinition) =>
      change(applicationKey(name), alter),
    remove: (name: string) => remove(applicationKey(name)),
    removeIf: (name: string, allow: (application: ApplicationDefinition) => Promise<void> | void) => removeIf(applicationKey(name), allow),
    list,
  };
};
