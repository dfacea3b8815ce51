/** The command line of the local engine. */
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';

export interface EngineOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly data: string;
  /** `host:port` entries that functions may call although they are loopback or plain http. */
  readonly allow: readonly string[];
  readonly chaos?: number;
  readonly verbose: boolean;
  /** A cloud assembly that was made before; else the stack is synthesised. */
  readonly assembly?: string;
  /** Base of the URLs that are handed out, where it is not the engine's own address: a tunnel, a proxy. */
  readonly publicUrl?: string;
  /** Socket of the Docker daemon, for applications that run as containers of this machine. */
  readonly docker?: string;
}

export const DEFAULT_OPTIONS: EngineOptions = { host: '127.0.0.1', port: 7420, data: '.image-triggers', allow: [], verbose: false };

const DOCKER_SOCKET = '/var/run/docker.sock';

export const USAGE = `npm start -- [options]: runs the stack on this machine.
  --port N           port of webhooks and API (default ${DEFAULT_OPTIONS.port}; 0: any free one)
  --host ADDRESS     address to listen on (default ${DEFAULT_OPTIONS.host}: this machine only)
  --public-url URL   base of the URLs that are handed out, behind a tunnel or proxy
  --data DIR         where everything is kept (default ${DEFAULT_OPTIONS.data})
  --allow HOST:PORT  a loopback or plain http address that deployments may call; may be repeated
  --docker [SOCKET]  lets applications of kind "docker" run containers (default ${DOCKER_SOCKET}, or DOCKER_HOST)
  --chaos SEED       duplicates, delays and reorders messages, serves stale index pages
  --assembly DIR     runs this cloud assembly instead of synthesising the stack
  --verbose          shows the log lines of the functions
  --help`;

/** The options, or `help`. Throws what is wrong with them. */
export const readOptions = (args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}): EngineOptions | 'help' => {
  const { values } = parseArgs({
    // Its value may be left out, which `parseArgs` does not know.
    args: args.map((arg, index) => (arg === '--docker' && (args[index + 1] ?? '-').startsWith('-') ? '--docker=' : arg)),
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      'public-url': { type: 'string' },
      data: { type: 'string' },
      allow: { type: 'string', multiple: true },
      docker: { type: 'string' },
      chaos: { type: 'string' },
      assembly: { type: 'string' },
      verbose: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  return {
    host: values.host ?? DEFAULT_OPTIONS.host,
    port: values.port === undefined ? DEFAULT_OPTIONS.port : wholeNumber(values.port, '--port', 65_535),
    data: values.data ?? DEFAULT_OPTIONS.data,
    allow: (values.allow ?? []).map(hostAndPort),
    verbose: values.verbose ?? false,
    ...(values.docker === undefined ? {} : { docker: values.docker === '' ? defaultSocket(env.DOCKER_HOST) : values.docker }),
    ...(values.chaos === undefined ? {} : { chaos: wholeNumber(values.chaos, '--chaos', 0xffff_ffff) }),
    ...(values.assembly === undefined ? {} : { assembly: values.assembly }),
    ...(values['public-url'] === undefined ? {} : { publicUrl: baseUrl(values['public-url']) }),
  };
};

const wholeNumber = (value: string, name: string, most: number): number => {
  if (!/^\d+$/.test(value) || Number(value) > most) throw new Error(`${name} ${value}: must be a whole number from 0 to ${most}`);
  return Number(value);
};

const hostAndPort = (value: string): string => {
  const match = /^(\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(value);
  if (match === null || Number(match[2]) === 0 || Number(match[2]) > 65_535) throw new Error(`--allow ${value}: must be HOST:PORT, for example 127.0.0.1:8080`);
  return value.toLowerCase();
};

const defaultSocket = (host: string | undefined): string => {
  if (host === undefined || host === '') return DOCKER_SOCKET;
  if (!host.startsWith('unix://'))
    throw new Error(`--docker: DOCKER_HOST is ${host}, and only a socket of this machine can be used: give its path, as in --docker ${DOCKER_SOCKET}`);
  return host.slice('unix://'.length);
};

const baseUrl = (value: string): string => {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) throw new Error(`--public-url ${value}: must be an http or https URL`);
  return value.replace(/\/+$/, '');
};

/** Whether only this machine can reach the address. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
