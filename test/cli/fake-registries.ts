/** The webhook APIs of four registries as small servers: whatever they do not know exactly, they refuse, and say so. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { fields, list } from '../../functions/core/fields.ts';
import { record } from '../api/api.ts';
import { listen } from './command-line.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeRegistry {
  readonly url: string;
  readonly asked: Asked[];
  stop(): void;
}

export const startRegistry = async (answer: (asked: Asked) => Answer | undefined): Promise<FakeRegistry> => {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += String(piece);
    const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: text === '' ? {} : record(JSON.parse(text)) };
    asked.push(one);
    const given = (text !== '' && one.headers['content-type'] !== 'application/json' ? { status: 415 } : answer(one)) ?? {
      status: 400,
      body: { message: `nobody asks for ${one.method} ${one.path}` },
    };
    const { status, body, headers = {} } = given;
    response.writeHead(status, headers).end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  });
  const url = await listen(server);
  return {
    url,
    asked,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

type Kept = Readonly<Record<string, unknown>>;

/** A registry with the webhooks that it has by now. */
export interface Vendor {
  readonly webhooks: Map<number, Kept>;
  /** Webhooks that it was told to test, by id. */
  readonly pinged?: string[];
  answer(asked: Asked): Answer | undefined;
}

/** One item a page, whatever is asked for. */
const paged = (items: readonly Kept[], path: string, base: string): Answer | undefined =>
  path.startsWith(`${base}&page=`) ? { status: 200, body: items.slice(Number(path.slice(`${base}&page=`.length)) - 1).slice(0, 1) } : undefined;

const exactly = (body: object, ...names: readonly string[]): boolean => String(Object.keys(body).sort()) === String([...names].sort());

export const harborVendor = (): Vendor => {
  const webhooks = new Map<number, Kept>();
  const base = '/api/v2.0/projects/library/webhook/policies';
  const error = (status: number, message: string): Answer => ({ status, body: { errors: [{ code: 'X', message }] } });
  const sound = (body: Kept): boolean =>
    String(body.event_types).includes('PUSH_ARTIFACT') &&
    list(body.targets).every((target) => target.type === 'http' && String(target.address).startsWith('https://') && !Object.hasOwn(target, 'secret'));
  return {
    webhooks,
    answer: ({ method, path, headers, body }) => {
      if (headers.authorization !== `Basic ${Buffer.from('admin:right-token').toString('base64')}`) return error(401, 'unauthorized');
      if (headers['x-is-resource-name'] !== 'true') return error(400, 'a name is taken for an id');
      if (!path.startsWith(base)) return error(404, 'project not found');
      if (method === 'GET') return paged([...webhooks.values()], path, `${base}?page_size=100`);
      if (method === 'POST' && path === base) {
        if (!exactly(body, 'name', 'enabled', 'event_types', 'targets') || !sound(body)) return error(400, 'no such policy');
        if ([...webhooks.values()].some(({ name }) => name === body.name)) return error(409, 'the name is taken');
        webhooks.set(webhooks.size + 1, { ...body, id: webhooks.size + 1 });
        return { status: 201, headers: { location: `${base}/${webhooks.size}` } };
      }
      const id = Number(path.slice(base.length + 1));
      if (method !== 'PUT' || !webhooks.has(id) || body.id !== id || !sound(body)) return error(400, 'no such policy');
      webhooks.set(id, body);
      return { status: 200 };
    },
  };
};

/** GitHub and Gitea are alike but for a few names. */
const hooksVendor = (prefix: string, query: string, isSound: (asked: Asked) => string | undefined, events: (wanted: unknown) => unknown): Vendor => {
  const webhooks = new Map<number, Kept>();
  const pinged: string[] = [];
  return {
    webhooks,
    pinged,
    answer: (asked) => {
      const { method, path, body } = asked;
      const [, toPing] = /\/hooks\/(\d+)\/pings$/.exec(path) ?? [];
      if (method === 'POST' && toPing !== undefined && webhooks.has(Number(toPing))) {
        pinged.push(toPing);
        return { status: 204 };
      }
      const problem = isSound(asked);
      if (problem !== undefined)
        return { status: problem === 'Bad credentials' ? 401 : 422, body: { message: problem, documentation_url: 'https://docs.example' } };
      if (!path.startsWith(prefix)) return { status: 404, body: { message: 'Not Found' } };
      if (method === 'GET') return paged([...webhooks.values()].map(masked), path, `${prefix}?${query}`);
      const made = method === 'POST' && path === prefix;
      const id = made ? webhooks.size + 41 : Number(path.slice(prefix.length + 1));
      if (!made && (method !== 'PATCH' || !webhooks.has(id))) return undefined;
      const kept = { ...webhooks.get(id), ...body, id, events: events(body.events) };
      webhooks.set(id, kept);
      return { status: made ? 201 : 200, body: masked(kept) };
    },
  };
};

const masked = (hook: Kept): Kept => ({ ...hook, config: { ...fields(hook.config), ...(fields(hook.config).secret ? { secret: '********' } : {}) } });

export const githubVendor = (): Vendor =>
  hooksVendor(
    '/repos/shop/web/hooks',
    'per_page=100',
    ({ method, headers, body }) => {
      if (headers.authorization !== 'Bearer right-token') return 'Bad credentials';
      if (headers.accept !== 'application/vnd.github+json' || headers['x-github-api-version'] !== '2022-11-28' || headers['user-agent'] === undefined)
        return 'headers are missing';
      if (method === 'GET') return undefined;
      const config = fields(body.config);
      const names = ['active', 'events', 'config', ...(method === 'POST' ? ['name'] : [])];
      if (!exactly(body, ...names) || (method === 'POST' && body.name !== 'web') || String(body.events) !== 'package,registry_package')
        return 'Validation Failed';
      return config.content_type === 'json' && config.insecure_ssl === '0' && String(config.url).startsWith('https://') ? undefined : 'Validation Failed';
    },
    (events) => events,
  );

/** `forgets`: the versions that drop the event of packages. */
export const giteaVendor = (forgets = false): Vendor =>
  hooksVendor(
    '/api/v1/repos/shop/web/hooks',
    'limit=50',
    ({ method, headers, body }) => {
      if (headers.authorization !== 'token right-token') return 'Bad credentials';
      if (method === 'GET') return undefined;
      if ((method === 'POST') !== (body.type === 'gitea')) return 'Invalid hook type';
      return fields(body.config).content_type === 'json' && body.active === true && String(body.events) === 'package' ? undefined : 'Missing config option';
    },
    (events) => (forgets ? [] : events),
  );

export const AZURE_ID = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/shopimages';

export const azureVendor = (): Vendor => {
  const webhooks = new Map<number, Kept>();
  const pinged: string[] = [];
  // Somebody else's, of a name that ours could have.
  webhooks.set(1, { name: 'imagetriggers', properties: { serviceUri: 'https://other.example/hook' } });
  const version = '?api-version=2023-07-01';
  const error = (status: number, message: string): Answer => ({ status, body: { error: { code: 'X', message } } });
  const listed = ({ name }: Kept): Kept => ({ name, properties: { status: 'enabled', actions: ['push'] } });
  return {
    webhooks,
    pinged,
    answer: ({ method, path, headers, body }) => {
      if (headers.authorization !== 'Bearer right-token') return error(401, 'The access token is invalid.');
      if (!path.startsWith(AZURE_ID)) return error(404, 'The Resource was not found.');
      if (!path.endsWith(version)) return error(400, 'api-version is missing');
      const rest = path.slice(AZURE_ID.length, -version.length);
      if (method === 'GET' && rest === '') return { status: 200, body: { location: 'westeurope' } };
      if (method === 'GET' && rest === '/webhooks') return { status: 200, body: { value: [...webhooks.values()].map(listed) } };
      const [, toPing] = /^\/webhooks\/([a-zA-Z0-9]{5,50})\/ping$/.exec(rest) ?? [];
      if (method === 'POST' && toPing !== undefined) {
        pinged.push(toPing);
        return { status: 200, body: { id: 'event-1' } };
      }
      const [, name, config] = /^\/webhooks\/([a-zA-Z0-9]{5,50})(\/getCallbackConfig)?$/.exec(rest) ?? [];
      const found = [...webhooks].find(([, kept]) => kept.name === name);
      const properties = fields(body.properties);
      if (method === 'POST' && config !== undefined && found !== undefined) return { status: 200, body: fields(found[1].properties) };
      const isNew = method === 'PUT' && found === undefined && body.location === 'westeurope';
      if (config !== undefined || !(isNew || (method === 'PATCH' && found !== undefined && exactly(body, 'properties')))) return undefined;
      if (String(properties.actions) !== 'push' || properties.status !== 'enabled') return error(400, 'no such webhook');
      webhooks.set(found?.[0] ?? webhooks.size + 1, { name, properties: { ...fields(found?.[1].properties), ...properties } });
      return { status: isNew ? 201 : 200, body: { name, properties: { provisioningState: 'Succeeded' } } };
    },
  };
};
