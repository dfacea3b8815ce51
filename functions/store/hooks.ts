/** Hooks as the API writes and lists them. */
import type { HookDefinition } from '../core/definitions.ts';
import { hookFromItem, hookKey, hookToItem } from './definition-item.ts';
import { makeDefinitions } from './definitions.ts';
import type { Tables } from './dynamo.ts';

export const makeHooks = (tables: Tables, newWriter: () => string) => {
  const { get, create, change, remove, removeIf, list } = makeDefinitions<HookDefinition>(
    tables,
    {
      kind: 'hook',
      toItem: hookToItem,
      fromItem: hookFromItem,
      isKey: ({ pk, sk }, name) => pk === hookKey(name).pk && sk === hookKey(name).sk,
    },
    newWriter,
  );
  return {
    get: (name: string) => get(hookKey(name)),
    create,
    change: (name: string, alter: (hook: HookDefinition) => Promise<HookDefinition> | HookDefinition) => change(hookKey(name), alter),
    remove: (name: string, untouched = false) => remove(hookKey(name), untouched),
    removeIf: (name: string, allow: (hook: HookDefinition) => Promise<void> | void) => removeIf(hookKey(name), allow),
    list,
  };
};
