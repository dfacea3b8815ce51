/** From the daemon's list to what the front leads where. Which container is which stands in names and labels, so nothing of it has to be kept. */
import { isFields } from './json.ts';

/** Written by the `docker` target: `functions/targets/docker-container.ts` says what each holds. */
export const ADDRESS_LABEL = 'image-triggers.address';
const LABEL = {
  container: 'image-triggers.container',
  port: 'image-triggers.port',
  hostPort: 'image-triggers.host-port',
  protocol: 'image-triggers.protocol',
  stopSeconds: 'image-triggers.stop-seconds',
} as const;
const STOP_SECONDS = 10;

export interface Upstream {
  readonly id: string;
  /** On this machine's loopback. */
  readonly port: number;
}

export interface Site {
  /** Name of the container. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Whole requests where it is known to be HTTP, else connections. */
  readonly protocol: 'http' | 'tcp';
  readonly live: Upstream;
  /** It ran before and still does. */
  readonly former: { readonly id: string; readonly stopSeconds: number } | undefined;
}

/** The sites whose container runs. One that has none just now is left out: between two names, or while it starts again, what was known before holds. */
export const readSites = (list: unknown): readonly Site[] => {
  const entries = (Array.isArray(list) ? list : []).flatMap(readEntry);
  return entries.flatMap((entry) => {
    const { name, base, address, protocol, upstream } = entry;
    if (name !== base || address === undefined || upstream === undefined) return [];
    const former = entries.find((other) => other.name === `${base}.previous` && other.isRunning);
    return [{ name, ...address, protocol, live: upstream, former: former === undefined ? undefined : { id: former.id, stopSeconds: former.stopSeconds } }];
  });
};

/** Names of all containers that have an address, in whatever state. */
export const namesOf = (list: unknown): ReadonlySet<string> => new Set((Array.isArray(list) ? list : []).flatMap(readEntry).map(({ base }) => base));

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly base: string;
  readonly isRunning: boolean;
  readonly address: { readonly host: string; readonly port: number } | undefined;
  readonly protocol: 'http' | 'tcp';
  readonly upstream: Upstream | undefined;
  readonly stopSeconds: number;
}

const readEntry = (value: unknown): readonly Entry[] => {
  if (!isFields(value) || typeof value.Id !== 'string' || !isFields(value.Labels)) return [];
  const labels = value.Labels;
  const [names, base] = [value.Names, labels[LABEL.container]];
  const name = Array.isArray(names) ? String(names[0]).replace(/^\//, '') : '';
  if (typeof base !== 'string') return [];
  const isRunning = value.State === 'running';
  const port = Number(labels[LABEL.hostPort] ?? publicPort(value.Ports, Number(labels[LABEL.port])));
  const stop = Number(labels[LABEL.stopSeconds] ?? STOP_SECONDS);
  return [
    {
      id: value.Id,
      name,
      base,
      isRunning,
      address: readAddress(labels[ADDRESS_LABEL]),
      protocol: labels[LABEL.protocol] === 'http' ? 'http' : 'tcp',
      upstream: isRunning && port > 0 ? { id: value.Id, port } : undefined,
      stopSeconds: Number.isInteger(stop) && stop >= 0 ? stop : STOP_SECONDS,
    },
  ];
};

const publicPort = (ports: unknown, inside: number): unknown => {
  const found = (Array.isArray(ports) ? ports : [])
    .filter(isFields)
    .find(({ PrivatePort, PublicPort, Type }) => PrivatePort === inside && Type === 'tcp' && PublicPort);
  return found?.PublicPort;
};

const readAddress = (value: unknown): { readonly host: string; readonly port: number } | undefined => {
  const [, host, port] = /^(?:\[([^\]]+)\]|[^:]+):(\d+)$/.exec(String(value)) ?? [];
  if (port === undefined) return undefined;
  return { host: host ?? String(value).slice(0, -port.length - 1), port: Number(port) };
};
