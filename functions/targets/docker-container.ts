/** A container as `inspect` shows it, and what our own labels say of it: everything that is known of a deployment is written on its containers. */
import { type Fields, fields } from '../core/fields.ts';
import type { Image } from '../core/image.ts';
import { type Container, readContainer } from './containers.ts';
import { numberAt, textAt } from './docker-api.ts';

/** Read by the front of the engine too (`infra/local/front-containers.ts`), which must not import from here. */
export const LABEL = {
  /** Name of the container that it is, or is to become, or was. */
  container: 'image-triggers.container',
  /** The reference it was made from, with tag and digest. */
  image: 'image-triggers.image',
  /** Idempotency key of the deployment that made it. */
  key: 'image-triggers.key',
  /** Fingerprint of the template's part. */
  spec: 'image-triggers.spec',
  /** Names of the variables that we set, so that one that is taken out of the configuration is not carried on. */
  env: 'image-triggers.env',
  address: 'image-triggers.address',
  /** Inside of the container. */
  port: 'image-triggers.port',
  /** On the host's network, where nothing publishes it. */
  hostPort: 'image-triggers.host-port',
  /** `http` where whole requests are forwarded, and not only connections. */
  protocol: 'image-triggers.protocol',
  stopSeconds: 'image-triggers.stop-seconds',
} as const;

export interface Found {
  readonly id: string;
  /** Of its image: the content, whatever its name. */
  readonly imageId: string;
  readonly container: Container;
  readonly labels: Readonly<Record<string, string>>;
  readonly isRunning: boolean;
  readonly state: Fields;
  readonly inspected: Fields;
}

export const readFound = (inspected: Fields): Found => {
  const config = fields(inspected.Config);
  const labels = Object.fromEntries(Object.entries(fields(config.Labels)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  const state = fields(inspected.State);
  return {
    id: textAt(inspected, 'Id'),
    imageId: textAt(inspected, 'Image'),
    container: readContainer({ name: textAt(inspected, 'Name').replace(/^\//, ''), image: labels[LABEL.image] ?? textAt(config, 'Image') }),
    labels,
    // One that is restarted over and over is in `Restarting` for most of the time.
    isRunning: state.Running === true && state.Restarting !== true,
    state,
    inspected,
  };
};

/** The port of this machine's loopback on which a container answers; undefined where it has none. */
export const hostPortOf = ({ labels, inspected }: Found, port: number | undefined): number | undefined => {
  const own = Number(labels[LABEL.hostPort]);
  if (own > 0) return own;
  if (port === undefined) return undefined;
  if (textAt(fields(inspected.HostConfig), 'NetworkMode') === 'host') return port;
  const published = fields(fields(inspected.NetworkSettings).Ports)[`${port}/tcp`];
  const ports: readonly unknown[] = Array.isArray(published) ? published : [];
  const [first] = ports.map((entry) => (typeof entry === 'object' && entry !== null && 'HostPort' in entry ? Number(entry.HostPort) : 0));
  return first !== undefined && first > 0 ? first : undefined;
};

/** Whether an image of this machine is the wanted one, by every digest under which it was pulled. */
export const hasDigest = (image: Fields | undefined, { digest }: Image): boolean => {
  const digests = Array.isArray(image?.RepoDigests) ? image.RepoDigests : [];
  return digest !== undefined && digests.some((entry) => typeof entry === 'string' && entry.endsWith(`@${digest}`));
};

export const restarts = (found: Found): number => numberAt(found.inspected, 'RestartCount');
