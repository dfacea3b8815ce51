/**
 * The body that makes the next container: what the present one was given beyond its image's own defaults, then what the
 * configuration and the template name. Fields that did not exist when this was written are carried on unseen.
 */
import { type Fields, fields, isFields } from '../core/fields.ts';
import { textAt, textsAt } from './docker-api.ts';
import { type DockerConfig, PREVIOUS } from './docker-config.ts';
import { type Found, LABEL } from './docker-container.ts';
import type { ContainerSpec } from './docker-template.ts';

export interface Making {
  readonly config: DockerConfig;
  /** What runs now, with its image; absent for the first one. */
  readonly base?: { readonly found: Found; readonly image: Fields };
  /** What Docker is to make it from. */
  readonly reference: string;
  /** The same for people, with its tag. */
  readonly shown: string;
  readonly key: string;
  readonly spec?: ContainerSpec & { readonly hash: string };
  /** On the host's network: the port that it is told by `portVariable`. */
  readonly hostPort?: number;
}

/** Whether a container can run beside its successor: no fixed port of the host is theirs. */
export const canStandBeside = ({ address, portVariable, network }: DockerConfig, base: Found | undefined): boolean => {
  if (address !== undefined || (portVariable !== undefined && networkOf(network, base) === 'host')) return true;
  if (base === undefined) return true;
  return networkOf(network, base) !== 'host' && fixedPorts(base).length === 0;
};

export const networkOf = (network: string | undefined, base: Found | undefined): string =>
  network ?? (base === undefined ? '' : textAt(fields(base.inspected.HostConfig), 'NetworkMode'));

const fixedPorts = ({ inspected, labels }: Found): readonly string[] =>
  Object.entries(fields(fields(inspected.HostConfig).PortBindings)).flatMap(([port, bindings]) => {
    // Where Docker chose the port itself (podman then shows the chosen one), ours is told by its label.
    const ours = port === `${labels[LABEL.port]}/tcp`;
    const fixed = Array.isArray(bindings) && bindings.some((binding: unknown) => isFields(binding) && Number(textAt(binding, 'HostPort')) > 0);
    return fixed && !ours ? [port] : [];
  });

export const bodyOf = (making: Making): Fields => {
  const { config, base, reference } = making;
  const carried = base === undefined ? {} : carriedConfig(base.found, base.image);
  const network = networkOf(config.network, base?.found);
  return {
    ...carried,
    ...(base === undefined ? {} : hostNameOf(base.found, network)),
    Image: reference,
    ...commandOf(making),
    Env: envOf(making),
    Labels: labelsOf(making),
    ...exposed(carried, config),
    ...(config.stopSeconds === undefined ? {} : { StopTimeout: config.stopSeconds }),
    HostConfig: hostConfigOf(config, base?.found, network),
    ...(base === undefined ? {} : endpointsOf(base.found, network)),
  };
};

const exposed = (carried: Fields, { port }: DockerConfig): Fields =>
  port === undefined ? {} : { ExposedPorts: { ...fields(carried.ExposedPorts), [`${port}/tcp`]: {} } };

/** Made by the daemon for each container anew, or set further on. */
const NOT_CARRIED = new Set(['Image', 'Env', 'Labels', 'Cmd', 'Entrypoint', 'Hostname', 'MacAddress', 'OnBuild', 'ArgsEscaped']);

const carriedConfig = ({ inspected }: Found, image: Fields): Fields => {
  const [own, defaults] = [fields(inspected.Config), fields(image.Config)];
  return Object.fromEntries(
    Object.entries(own).filter(([field, value]) => {
      if (NOT_CARRIED.has(field) || isEmpty(value)) return false;
      // Podman fills these in where an image says nothing.
      if (isEmpty(defaults[field]) && ((field === 'WorkingDir' && value === '/') || (field === 'StopSignal' && (value === '15' || value === 'SIGTERM'))))
        return false;
      return !isSame(value, defaults[field]);
    }),
  );
};

/** Without one of its own, a container is called by its id, or has the name of whose network it shares. */
const hostNameOf = ({ id, inspected }: Found, network: string): Fields => {
  const name = textAt(fields(inspected.Config), 'Hostname');
  return name === '' || id.startsWith(name) || /^(?:host|container:.*|ns:.*)$/.test(network) ? {} : { Hostname: name };
};

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || value === 0 || value === false || (typeof value === 'object' && Object.keys(value).length === 0);

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const commandOf = ({ config, base, spec }: Making): Fields => {
  const [own, defaults] = base === undefined ? [{}, {}] : [fields(base.found.inspected.Config), fields(base.image.Config)];
  // Of a template nothing is left over: what it does not say is the image's own.
  const isCarried = spec === undefined && base?.found.labels[LABEL.spec] === undefined;
  const carried = (field: 'Cmd' | 'Entrypoint'): Fields => {
    const value = textsAt(own, field);
    return isCarried && value.length > 0 && !isSame(value, textsAt(defaults, field)) ? { [field]: value } : {};
  };
  return {
    ...carried('Entrypoint'),
    ...carried('Cmd'),
    ...(config.command === undefined ? {} : { Cmd: config.command }),
    ...(spec?.command === undefined ? {} : { Entrypoint: spec.command }),
    ...(spec?.args === undefined ? {} : { Cmd: spec.args }),
    ...(spec?.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
  };
};

const nameOf = (assignment: string): string => assignment.split('=', 1)[0] ?? '';

const ownEnv = ({ config, spec, hostPort }: Making): Readonly<Record<string, string>> => ({
  ...config.env,
  ...spec?.env,
  ...(hostPort === undefined || config.portVariable === undefined ? {} : { [config.portVariable]: String(hostPort) }),
});

const envOf = (making: Making): readonly string[] => {
  const own = ownEnv(making);
  const carried = making.base === undefined ? [] : carriedEnv(making.base.found, making.base.image);
  return [...carried.filter((line) => !Object.hasOwn(own, nameOf(line))), ...Object.entries(own).map(([name, value]) => `${name}=${value}`)];
};

const carriedEnv = ({ inspected, labels }: Found, image: Fields): readonly string[] => {
  const config = fields(inspected.Config);
  const defaults = new Set(textsAt(fields(image.Config), 'Env'));
  const ours = new Set((labels[LABEL.env] ?? '').split(','));
  // Podman's own additions; the host name would be that of the former container.
  const added = new Set(['container=podman', 'TERM=xterm', `HOSTNAME=${textAt(config, 'Hostname')}`]);
  return textsAt(config, 'Env').filter((line) => !defaults.has(line) && !added.has(line) && !ours.has(nameOf(line)));
};

const labelsOf = (making: Making): Readonly<Record<string, string>> => {
  const { config, base, spec, key, shown, hostPort } = making;
  const defaults = base === undefined ? {} : fields(fields(base.image.Config).Labels);
  const carried = Object.entries(base?.found.labels ?? {}).filter(([name, value]) => !name.startsWith('image-triggers.') && defaults[name] !== value);
  const env = Object.keys(ownEnv(making));
  return {
    ...Object.fromEntries(carried),
    [LABEL.container]: config.container,
    [LABEL.image]: shown,
    [LABEL.key]: key,
    ...(spec === undefined ? {} : { [LABEL.spec]: spec.hash }),
    ...(env.length === 0 ? {} : { [LABEL.env]: env.join(',') }),
    ...(config.address === undefined ? {} : { [LABEL.address]: config.address }),
    ...(config.port === undefined ? {} : { [LABEL.port]: String(config.port) }),
    ...(hostPort === undefined ? {} : { [LABEL.hostPort]: String(hostPort) }),
    ...(config.health === undefined ? {} : { [LABEL.protocol]: 'http' }),
    ...(config.stopSeconds === undefined ? {} : { [LABEL.stopSeconds]: String(config.stopSeconds) }),
  };
};

const hostConfigOf = (config: DockerConfig, base: Found | undefined, network: string): Fields => {
  const present = base === undefined ? {} : fields(base.inspected.HostConfig);
  const { Runtime: runtime, ContainerIDFile: _, ...carried } = present;
  const binds = config.volumes ?? [...textsAt(present, 'Binds'), ...(base === undefined ? [] : anonymousVolumes(base, present))];
  return {
    ...carried,
    // Podman calls its default "oci", and does not know that name.
    ...(runtime === undefined || runtime === 'oci' ? {} : { Runtime: runtime }),
    // One that is removed when it stops could not be gone back to.
    AutoRemove: false,
    ...(binds.length === 0 ? {} : { Binds: binds }),
    ...(network === '' ? {} : { NetworkMode: network }),
    ...(Array.isArray(present.Ulimits) ? { Ulimits: present.Ulimits.map(dockerUlimit) } : {}),
    ...portsOf(config, present, network),
    ...restartOf(config, base),
  };
};

/** A former one was told to stay stopped, which is not to be carried on. */
const restartOf = ({ restart }: DockerConfig, base: Found | undefined): Fields => {
  if (restart !== undefined) return { RestartPolicy: { Name: restart } };
  return base === undefined || base.container.name.endsWith(PREVIOUS) ? { RestartPolicy: { Name: 'unless-stopped' } } : {};
};

/** Behind an address the engine alone has a port that is known outside; whatever else was published would be taken while both run. */
const portsOf = ({ address, port }: DockerConfig, present: Fields, network: string): Fields => {
  if (network === 'host' || port === undefined) return {};
  const bindings = fields(present.PortBindings);
  return address === undefined && bindings[`${port}/tcp`] !== undefined
    ? {}
    : { PortBindings: { ...(address === undefined ? bindings : {}), [`${port}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: '0' }] }, PublishAllPorts: false };
};

/** Podman shows RLIMIT_NOFILE and takes nofile. */
const dockerUlimit = (limit: unknown): unknown =>
  isFields(limit)
    ? {
        ...limit,
        Name: textAt(limit, 'Name')
          .replace(/^RLIMIT_/, '')
          .toLowerCase(),
      }
    : limit;

/** Volumes without a name of the user's: they are kept by being named. */
const anonymousVolumes = ({ inspected }: Found, present: Fields): readonly string[] => {
  const mounts: readonly unknown[] = Array.isArray(inspected.Mounts) ? inspected.Mounts : [];
  const asked: readonly unknown[] = Array.isArray(present.Mounts) ? present.Mounts : [];
  const named = new Set([
    ...textsAt(present, 'Binds').map((bind) => bind.split(':')[1]),
    ...asked.map((mount) => (isFields(mount) ? textAt(mount, 'Target') : '')),
  ]);
  return mounts.flatMap((mount) => {
    if (!isFields(mount) || mount.Type !== 'volume' || named.has(textAt(mount, 'Destination'))) return [];
    return [`${textAt(mount, 'Name')}:${textAt(mount, 'Destination')}${mount.RW === false ? ':ro' : ''}`];
  });
};

const PLAIN_NETWORKS = /^(?:|default|bridge|host|none|podman|container:.*|ns:.*|slirp4netns.*|pasta.*)$/;

const endpoint = (settings: unknown, id: string): Fields => {
  const aliases = isFields(settings) ? textsAt(settings, 'Aliases').filter((alias) => !id.startsWith(alias)) : [];
  return aliases.length === 0 ? {} : { Aliases: aliases };
};

/** `create` takes one network in old versions: the others are joined afterwards. A fixed address is not carried: two cannot have it. */
const endpointsOf = ({ id, inspected }: Found, network: string): Fields => {
  if (PLAIN_NETWORKS.test(network)) return {};
  return { NetworkingConfig: { EndpointsConfig: { [network]: endpoint(fields(fields(inspected.NetworkSettings).Networks)[network], id) } } };
};

export const furtherNetworks = ({ id, inspected }: Found, network: string): readonly (readonly [string, Fields])[] =>
  PLAIN_NETWORKS.test(network)
    ? []
    : Object.entries(fields(fields(inspected.NetworkSettings).Networks)).flatMap(([name, settings]) =>
        name === network ? [] : [[name, endpoint(settings, id)] as const],
      );
