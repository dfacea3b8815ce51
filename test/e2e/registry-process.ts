/** A real registry (Debian's docker-registry) with notifications, and images made by hand: for the end-to-end test. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

const run = promisify(execFile);

/** The programs that are missing: then the test is skipped and says so. */
export const missingPrograms = (): readonly string[] =>
  ['docker-registry', 'skopeo'].filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0);

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

export interface Registry {
  /** `127.0.0.1:port`, as references name it. */
  readonly host: string;
  /** `skopeo` with these arguments; `{}` stands for `docker://HOST/`. */
  skopeo(...args: readonly string[]): Promise<string>;
  /** SIGKILL, as a crash, unless another is given. */
  stop(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

const ENDPOINT = { name: 'triggers', timeout: '5s', threshold: 2, backoff: '500ms' } as const;

export interface Proofs {
  /** `name:hash` by bcrypt, without whose password nothing can be pushed or read. */
  readonly user?: string;
  /** The value of the header `Authorization` of its notifications. */
  readonly authorization?: string;
}

/** `webhook`: where it notifies; nowhere without it. */
export const startRegistry = async (directory: string, port: number, webhook?: string, { user, authorization }: Proofs = {}): Promise<Registry> => {
  const passwords = join(directory, 'htpasswd');
  const headers = authorization === undefined ? {} : { headers: { Authorization: [authorization] } };
  if (user !== undefined) writeFileSync(passwords, user);
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(directory, 'registry') }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}`, secret: 'only-for-this-test' },
    ...(webhook === undefined ? {} : { notifications: { endpoints: [{ ...ENDPOINT, url: webhook, ...headers }] } }),
    ...(user === undefined ? {} : { auth: { htpasswd: { realm: 'test', path: passwords } } }),
  };
  const file = join(directory, 'registry.json');
  // The configuration is YAML, and JSON is YAML.
  writeFileSync(file, JSON.stringify(config));
  const child: ChildProcess = spawn('docker-registry', ['serve', file], { stdio: 'ignore', env: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: 'none' } });
  const exited = once(child, 'exit');
  const host = `127.0.0.1:${port}`;
  for (let attempt = 0; (await fetch(`http://${host}/v2/`).catch(() => undefined))?.status !== (user === undefined ? 200 : 401); attempt += 1) {
    if (attempt === 100 || child.exitCode !== null) throw new Error(`docker-registry did not answer on ${host}`);
    await pause(100);
  }
  return {
    host,
    skopeo: async (command, ...args) => {
      const tls = command === 'copy' ? ['--dest-tls-verify=false', '--src-tls-verify=false'] : ['--tls-verify=false'];
      const { stdout } = await run('skopeo', ['--insecure-policy', command ?? '', ...tls, ...args.map((arg) => arg.replace('{}', `docker://${host}/`))]);
      return stdout;
    },
    stop: async (signal) => {
      child.kill(signal ?? 'SIGKILL');
      await exited;
    },
  };
};

const OCI = 'application/vnd.oci.image';
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Writes an OCI layout with one image, or an index of two platforms, that holds the text. Gives the digest under which it will be pushed. */
export const writeImage = (directory: string, text: string, platforms: readonly string[] = ['amd64'], labels: object = {}): string => {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (mediaType: string, data: Buffer): Descriptor => {
    const hex = createHash('sha256').update(data).digest('hex');
    writeFileSync(join(blobs, hex), data);
    return { mediaType, digest: `sha256:${hex}`, size: data.length };
  };
  const putJson = (mediaType: string, value: object): Descriptor => put(mediaType, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value })));

  const manifests = platforms.map((architecture) => {
    const tar = tarOf('text', `${text} for ${architecture}`);
    const layer = put(`${OCI}.layer.v1.tar+gzip`, gzipSync(tar));
    const diff = `sha256:${createHash('sha256').update(tar).digest('hex')}`;
    const config = put(
      `${OCI}.config.v1+json`,
      Buffer.from(JSON.stringify({ architecture, os: 'linux', config: { Labels: labels }, rootfs: { type: 'layers', diff_ids: [diff] } })),
    );
    return { ...putJson(`${OCI}.manifest.v1+json`, { config, layers: [layer] }), platform: { architecture, os: 'linux' } };
  });
  const [single] = manifests;
  const top =
    manifests.length === 1 && single !== undefined
      ? { mediaType: single.mediaType, digest: single.digest, size: single.size }
      : putJson(`${OCI}.index.v1+json`, { manifests });
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(
    join(directory, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...top, annotations: { 'org.opencontainers.image.ref.name': 'it' } }] }),
  );
  return top.digest;
};

/** A tar archive with one file: header of 512 bytes, content, padding, two empty blocks. */
const tarOf = (name: string, content: string): Buffer => {
  const header = Buffer.alloc(512);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(Buffer.byteLength(content), 12), 124);
  header.write(octal(0, 12), 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
  );
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body, Buffer.alloc(1024)]);
};
