/**
 * A Docker daemon on a socket: it keeps images, containers, names and ports, and refuses every path, query and field that the API
 * does not have. Fields: https://docs.docker.com/reference/api/engine/version/v1.41/ (ContainerCreate).
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export type Json = Record<string, unknown>;

export interface FakeContainer {
  readonly id: string;
  name: string;
  readonly image: FakeImage;
  readonly body: Json;
  status: 'created' | 'running' | 'exited';
  health: '' | 'starting' | 'healthy' | 'unhealthy';
  exitCode: number;
  restarts: number;
  /** What it wrote, as the daemon sends it. */
  log?: string;
  /** Of restarting, where it was changed. */
  policy?: string;
  ports: Record<string, { HostIp: string; HostPort: string }[]>;
}

export interface FakeImage {
  readonly id: string;
  readonly repository: string;
  readonly digest: string;
  readonly config: Json;
}

export interface FakeDocker {
  readonly socketPath: string;
  readonly containers: FakeContainer[];
  /** What the registry has; `repository:tag` and `repository@digest` lead to it. */
  readonly registry: Map<string, FakeImage>;
  /** What the daemon has, by reference and by id. */
  readonly images: Map<string, FakeImage>;
  /** `METHOD /path`, without queries. */
  readonly asked: string[];
  /** Bodies of creates. */
  readonly created: Json[];
  pulls: number;
  starts: number;
  /** From the request of that number on (from 0, counted from now) nothing is answered any more, as if we were killed; `acted`: that one was still carried out. */
  death: { at: number; readonly acted: boolean } | undefined;
  /** Called after each request that was carried out. */
  after: (() => void) | undefined;
  /** What is answered instead, for requests that match; `silence` and `cut` answer nothing. */
  readonly instead: { match: RegExp; times: number; with: { status: number; message: string } | 'silence' | 'cut' }[];
  /** What a pull says inside its answer of 200. */
  pullError: string | undefined;
  /** Containers whose image has a health check begin with this. */
  health: FakeContainer['health'];
  named(name: string): FakeContainer | undefined;
  add(name: string, image: FakeImage, body?: Json): FakeContainer;
}

const QUERIES: Readonly<Record<string, readonly string[]>> = {
  'POST /images/create': ['fromImage', 'tag'],
  'POST /images/*/tag': ['repo', 'tag'],
  'POST /containers/create': ['name'],
  'POST /containers/*/stop': ['t'],
  'POST /containers/*/rename': ['name'],
  'DELETE /containers/*': ['force', 'v'],
  'GET /containers/*/logs': ['stdout', 'stderr', 'tail'],
  'GET /events': ['since', 'until', 'filters'],
};

const CONFIG = new Set(
  'Hostname Domainname User AttachStdin AttachStdout AttachStderr ExposedPorts Tty OpenStdin StdinOnce Env Cmd Healthcheck Image Volumes WorkingDir Entrypoint NetworkDisabled MacAddress OnBuild Labels StopSignal StopTimeout Shell HostConfig NetworkingConfig'.split(
    ' ',
  ),
);
const HOST_CONFIG = new Set(
  'CpuShares Memory CgroupParent BlkioWeight BlkioDeviceReadBps Devices PidsLimit Ulimits Binds LogConfig NetworkMode PortBindings RestartPolicy AutoRemove VolumesFrom Mounts CapAdd CapDrop CgroupnsMode Dns DnsOptions DnsSearch ExtraHosts GroupAdd IpcMode Links OomScoreAdj PidMode Privileged PublishAllPorts ReadonlyRootfs SecurityOpt StorageOpt Tmpfs UTSMode UsernsMode ShmSize Sysctls Runtime Isolation MemorySwap NanoCpus Init'.split(
    ' ',
  ),
);
const ULIMITS = new Set(['nofile', 'nproc', 'core', 'memlock']);

export const startFakeDocker = async (): Promise<FakeDocker> => {
  const directory = mkdtempSync(join(tmpdir(), 'fake-docker-'));
  const socketPath = join(directory, 'd.sock');
  let made = 0;
  let ports = 40_000;
  const fake: FakeDocker = {
    socketPath,
    containers: [],
    registry: new Map(),
    images: new Map(),
    asked: [],
    created: [],
    pulls: 0,
    starts: 0,
    death: undefined,
    after: undefined,
    instead: [],
    pullError: undefined,
    health: 'starting',
    named: (name) => fake.containers.find((container) => container.name === name),
    add: (name, image, body = {}) => {
      made += 1;
      const id = made.toString(16).padStart(64, 'c');
      const container: FakeContainer = { id, name, image, body, status: 'created', health: '', exitCode: 0, restarts: 0, ports: {} };
      fake.containers.push(container);
      return container;
    },
  };

  const find = (key: string): FakeContainer | undefined => fake.containers.find(({ id, name }) => id === key || name === key);
  const problem = (body: Json): string | undefined => {
    const host = objectIn(body.HostConfig);
    const surplus = [...Object.keys(body).filter((field) => !CONFIG.has(field)), ...Object.keys(host).filter((field) => !HOST_CONFIG.has(field))][0];
    if (surplus !== undefined) return `unknown field ${surplus}`;
    const limit = listIn(host.Ulimits).find((entry) => !ULIMITS.has(String(objectIn(entry).Name)));
    return limit === undefined ? undefined : `invalid ulimit type: ${String(objectIn(limit).Name)}`;
  };
  const start = (container: FakeContainer): string | undefined => {
    const host = objectIn(container.body.HostConfig);
    const taken = new Set(fake.containers.filter(({ status }) => status === 'running').flatMap((other) => portsOf(other)));
    const chosen: FakeContainer['ports'] = {};
    for (const [port, bindings] of Object.entries(objectIn(host.PortBindings)))
      chosen[port] = listIn(bindings).map((binding) => {
        const { HostIp = '', HostPort = '' } = objectIn(binding);
        if (Number(HostPort) === 0) ports += 1;
        return { HostIp: String(HostIp), HostPort: Number(HostPort) === 0 ? String(ports) : String(HostPort) };
      });
    const clash = Object.values(chosen)
      .flat()
      .find(({ HostPort }) => taken.has(HostPort));
    if (clash !== undefined) return `driver failed programming external connectivity: Bind for 127.0.0.1:${clash.HostPort} failed: port is already allocated`;
    container.ports = chosen;
    container.status = 'running';
    if (container.image.config.Healthcheck !== undefined) container.health = fake.health;
    fake.starts += 1;
    return undefined;
  };

  const routes: Record<string, (key: string, query: URLSearchParams, body: Json) => readonly [number, unknown?]> = {
    'GET /containers/*/json': (key) => {
      const container = find(key);
      return container === undefined ? missing(key) : [200, inspect(container)];
    },
    'GET /images/*/json': (key) => {
      const image = fake.images.get(key);
      return image === undefined ? [404, { message: `No such image: ${key}` }] : [200, inspectImage(image)];
    },
    'POST /images/create': (_, query) => {
      fake.pulls += 1;
      const [name, tag] = [query.get('fromImage') ?? '', query.get('tag') ?? ''];
      const reference = tag.startsWith('sha256:') ? `${name}@${tag}` : `${name}:${tag}`;
      const image = fake.registry.get(reference);
      const error = fake.pullError ?? (image === undefined ? `manifest for ${reference} not found: manifest unknown` : undefined);
      if (error !== undefined || image === undefined)
        return [200, `{"status":"Pulling from ${name}"}\n${JSON.stringify({ errorDetail: { message: error }, error })}\n`];
      for (const known of [reference, image.id, `${image.repository}@${image.digest}`]) fake.images.set(known, image);
      return [200, `{"status":"Pulling from ${name}"}\n{"status":"Status: Downloaded newer image"}\n`];
    },
    'POST /images/*/tag': (key, query) => {
      const image = fake.images.get(key);
      if (image === undefined) return [404, { message: `No such image: ${key}` }];
      fake.images.set(`${query.get('repo')}:${query.get('tag')}`, image);
      return [201];
    },
    'DELETE /images/*': (key) => {
      const image = fake.images.get(key);
      if (image === undefined) return [404, { message: `No such image: ${key}` }];
      if (key !== image.id && !key.includes('@')) {
        fake.images.delete(key);
        return [200, []];
      }
      if (fake.containers.some((container) => container.image === image)) return [409, { message: 'conflict: unable to delete, image is being used' }];
      const names = [...fake.images].filter(([name, known]) => known === image && name !== image.id).map(([name]) => name);
      // As podman, the stricter one.
      if (names.length > 1) return [409, { message: `unable to delete image "${image.id}" by ID with more than one tag (${names.join()})` }];
      for (const name of [...names, image.id]) fake.images.delete(name);
      return [200, []];
    },
    'POST /containers/create': (_, query, body) => {
      fake.created.push(body);
      const wrong = problem(body);
      if (wrong !== undefined) return [400, { message: wrong }];
      const name = query.get('name') ?? '';
      if (fake.named(name) !== undefined) return [409, { message: `Conflict. The container name "/${name}" is already in use` }];
      const image = fake.images.get(String(body.Image));
      if (image === undefined) return [404, { message: `No such image: ${String(body.Image)}` }];
      return [201, { Id: fake.add(name, image, body).id, Warnings: [] }];
    },
    'POST /containers/*/start': (key) => {
      const container = find(key);
      if (container === undefined) return missing(key);
      if (container.status === 'running') return [304];
      const why = start(container);
      return why === undefined ? [204] : [500, { message: why }];
    },
    'POST /containers/*/stop': (key) => {
      const container = find(key);
      if (container === undefined) return missing(key);
      if (container.status !== 'running') return [304];
      container.status = 'exited';
      return [204];
    },
    'POST /containers/*/rename': (key, query) => {
      const container = find(key);
      const name = query.get('name') ?? '';
      if (container === undefined) return missing(key);
      if (fake.named(name) !== undefined) return [409, { message: `Conflict. The container name "/${name}" is already in use` }];
      container.name = name;
      return [204];
    },
    'POST /containers/*/update': (key, _, body) => {
      const container = find(key);
      if (container === undefined) return missing(key);
      const surplus = Object.keys(body).find((field) => field !== 'RestartPolicy');
      if (surplus !== undefined) return [400, { message: `unknown field ${surplus}` }];
      container.policy = String(objectIn(body.RestartPolicy).Name);
      return [200, { Warnings: [] }];
    },
    'DELETE /containers/*': (key, query) => {
      const container = find(key);
      if (container === undefined) return missing(key);
      if (container.status === 'running' && query.get('force') !== 'true') return [409, { message: 'You cannot remove a running container' }];
      fake.containers.splice(fake.containers.indexOf(container), 1);
      return [204];
    },
    'GET /containers/*/logs': (key) => {
      const container = find(key);
      if (container === undefined) return missing(key);
      return [200, container.log ?? frame(`started ${container.image.digest.slice(7, 10)}\n`) + frame('cannot go on\n')];
    },
    // Without an end it would go on for ever.
    'GET /events': (_, query) => {
      const { container: ids, event } = objectIn(JSON.parse(query.get('filters') ?? '{}'));
      if (!(Number(query.get('until')) > 0 && Number(query.get('since')) > 0)) return [400, { message: 'since or until is none' }];
      const deaths = fake.containers.filter(({ id }) => listIn(ids).includes(id) && listIn(event).includes('die'));
      const told = deaths.flatMap(({ id, restarts, exitCode }) => Array.from({ length: restarts }, (_, i) => dieEvent(id, i + 1 === restarts ? exitCode : 1)));
      return [200, told.join('')];
    },
    'POST /networks/*/connect': () => [200],
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://docker');
    const route = routeOf(request.method ?? '', decodeURI(url.pathname));
    fake.asked.push(`${request.method} ${url.pathname}`);
    let text = '';
    for await (const piece of request) text += String(piece);
    const isDead = fake.death !== undefined && fake.death.at-- <= 0;
    if (isDead && !(fake.death?.acted === true && fake.death.at === -1)) return void request.socket.destroy();
    const instead = fake.instead.find(({ match, times }) => times > 0 && match.test(`${request.method} ${request.url}`));
    if (instead !== undefined) {
      instead.times -= 1;
      if (instead.with === 'silence') return;
      if (instead.with === 'cut') return void request.socket.destroy();
      return say(response, instead.with.status, { message: instead.with.message });
    }
    const act = route === undefined ? undefined : routes[route.name];
    const surplus = route === undefined ? [] : [...url.searchParams.keys()].filter((key) => !(QUERIES[route.name] ?? []).includes(key));
    if (route === undefined || act === undefined || surplus.length > 0)
      return say(response, 400, { message: `page not found: ${request.method} ${request.url} ${surplus.join()}` });
    const [status, body] = act(route.key, url.searchParams, text === '' ? {} : objectIn(JSON.parse(text)));
    fake.after?.();
    if (isDead) request.socket.destroy();
    else say(response, status, body);
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(socketPath);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    rmSync(directory, { recursive: true, force: true });
  });
  return fake;
};

const routeOf = (method: string, path: string): { readonly name: string; readonly key: string } | undefined => {
  if (path === '/images/create' || path === '/containers/create' || path === '/events') return { name: `${method} ${path}`, key: '' };
  const [, room, key = '', act] = /^\/(containers|images|networks)\/(.+?)(?:\/(json|tag|start|stop|rename|update|logs|connect))?$/.exec(path) ?? [];
  return room === undefined ? undefined : { name: `${method} /${room}/*${act === undefined ? '' : `/${act}`}`, key };
};

const say = (response: ServerResponse, status: number, body?: unknown): void => {
  response.writeHead(status).end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
};

const missing = (key: string): readonly [number, unknown] => [404, { message: `No such container: ${key}` }];
const objectIn = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {});
const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const portsOf = ({ ports }: FakeContainer): readonly string[] => Object.values(ports).flatMap((bindings) => bindings.map(({ HostPort }) => HostPort));
const dieEvent = (id: string, exitCode: number): string =>
  `${JSON.stringify({ Type: 'container', Action: 'die', Actor: { ID: id, Attributes: { exitCode: String(exitCode), name: 'web.next' } } })}\n`;

export const frame = (line: string): string => `\u0001\0\0\0\0\0\0${String.fromCharCode(line.length)}${line}`;

const inspectImage = ({ id, repository, digest, config }: FakeImage): Json => ({ Id: id, RepoDigests: [`${repository}@${digest}`], Config: config });

/** As Docker shows it: what the image gives is mixed with what was asked for. */
const inspect = ({ id, name, image, body, status, health, exitCode, restarts, ports, policy }: FakeContainer): Json => {
  const { HostConfig: hostConfig, NetworkingConfig: networking, ...config } = body;
  const imageEnv = listIn(image.config.Env);
  return {
    Id: id,
    Created: '2026-01-01T00:00:00Z',
    Name: `/${name}`,
    Image: image.id,
    RestartCount: restarts,
    State: {
      Status: status,
      Running: status === 'running',
      Restarting: false,
      ExitCode: exitCode,
      Error: '',
      StartedAt: '2026-01-01T00:00:00Z',
      ...(health === '' ? {} : { Health: { Status: health, Log: [{ Output: 'no answer' }] } }),
    },
    Config: {
      ...image.config,
      Hostname: id.slice(0, 12),
      ...config,
      Env: [...listIn(config.Env), ...imageEnv],
      Labels: { ...objectIn(image.config.Labels), ...objectIn(config.Labels) },
    },
    HostConfig: { ...objectIn(hostConfig), ...(policy === undefined ? {} : { RestartPolicy: { Name: policy } }) },
    Mounts: [],
    NetworkSettings: { Ports: ports, Networks: objectIn(objectIn(networking).EndpointsConfig) },
  };
};
