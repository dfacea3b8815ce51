/** The API over maps instead of tables: for properties, which ask it some hundred thousand times. */
import type { ApiPorts } from '../../functions/api/ports.ts';
import type { ApplicationDefinition, HookDefinition, TemplateVersion, TriggerDefinition } from '../../functions/core/definitions.ts';
import { list } from '../../functions/core/fields.ts';
import { parsed } from '../../functions/core/parsed.ts';
import type { TriggerUrl } from '../../functions/store/definition-item.ts';
import type { Asking } from '../../infra/cli/files/held.ts';
import { record, startApi, type TestApi } from '../api/api.ts';

const makeStore = <T extends { readonly name: string }>() => {
  const items = new Map<string, T>();
  return {
    items,
    get: async (name: string) => items.get(name),
    create: async (item: T) => {
      if (items.has(item.name)) return 'exists' as const;
      items.set(item.name, item);
      return 'created' as const;
    },
    change: async (name: string, alter: (item: T) => Promise<T> | T) => {
      const item = items.get(name);
      if (item === undefined) return 'absent' as const;
      const changed = await alter(item);
      items.set(name, changed);
      return changed;
    },
    remove: async (name: string) => items.delete(name),
    removeIf: async (name: string, allow: (item: T) => Promise<void> | void) => {
      const item = items.get(name);
      if (item !== undefined) await allow(item);
      return items.delete(name);
    },
    list: async ({ where = {} }: { readonly where?: Readonly<Record<string, string>> }) =>
      parsed({ items: [...items.values()].filter((item) => Object.entries(where).every(([field, value]) => record(item)[field] === value)) }),
  };
};

export interface MemoryApi extends Asking {
  readonly api: TestApi;
  /** Requests that changed something. */
  readonly changes: string[];
  /** Asked before each of these: may throw. */
  before: (change: string) => void;
  clear(): void;
}

export const startMemoryApi = async (): Promise<MemoryApi> => {
  const [hooks, triggers, applications] = [makeStore<HookDefinition>(), makeStore<TriggerDefinition>(), makeStore<ApplicationDefinition>()];
  const urls = makeStore<TriggerUrl>();
  const versions = new Map<string, TemplateVersion[]>();
  const templates: ApiPorts['templates'] = {
    get: async (name, version) => versions.get(name)?.[version - 1],
    list: async (name, limit) => [...(versions.get(name) ?? [])].reverse().slice(0, limit),
    head: async (name) => versions.get(name)?.at(-1),
    put: async (name, version) => {
      versions.set(name, [...(versions.get(name) ?? []), version]);
      return 'put';
    },
  };
  const api = await startApi((ports) => ({
    ...ports,
    hooks,
    triggers: { ...triggers, holder: async (name: string) => (triggers.items.has(name) ? 'somebody' : undefined) },
    applications: { ...applications, among: ports.applications.among },
    templates,
    states: { ...ports.states, create: async () => undefined, get: async () => undefined },
    triggerUrls: { ...urls, ofApplication: async (application) => [...urls.items.values()].filter((url) => url.application === application) },
    makeToken: (hook) => `it_${hook}_token`,
  }));
  const changes: string[] = [];
  const ask: Asking['ask'] = async ({ method, path, body, ifMatch }) => {
    if (method !== 'GET') {
      memory.before(`${method} ${path}`);
      changes.push(`${method} ${path}`);
    }
    const answer = await api.ask(method, path, body, ifMatch === undefined ? {} : { 'if-match': ifMatch });
    if (answer.status < 300) return record(answer.body);
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  const memory: MemoryApi = {
    api,
    changes,
    before: () => undefined,
    ask,
    see: async (path) => {
      const { body, headers } = await api.ask('GET', path);
      const etag = headers.get('etag');
      return { item: record(body), ...(etag === null ? {} : { etag }) };
    },
    pages: async (path) => ({ items: list((await ask({ method: 'GET', path: `${path}?limit=100` })).items) }),
    clear: () => {
      for (const store of [hooks, triggers, applications, urls]) store.items.clear();
      versions.clear();
      changes.length = 0;
      memory.before = () => undefined;
    },
  };
  return memory;
};
