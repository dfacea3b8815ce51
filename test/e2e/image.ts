/** An image with one page of a colour, made of Debian's static busybox: nothing is downloaded and no Docker is needed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'];

export const busybox = (): string | undefined => BUSYBOX.find((path) => existsSync(path));

export interface PageImage {
  readonly digest: string;
  /** As skopeo names it. */
  readonly from: string;
}

export interface PageOptions {
  readonly colour: string;
  /** Instead of the web server. */
  readonly command?: string;
  /** Commit that it says it was made of. */
  readonly revision?: string;
}

const OCI = 'application/vnd.oci.image';

/** Writes an OCI layout into the directory, which must be there. The server listens on `PORT` (8080), ends at once when told to, and prints the colour first. */
export const writePageImage = (directory: string, { colour, command, revision }: PageOptions): PageImage => {
  const program = busybox();
  if (program === undefined) throw new Error('busybox is not installed: apt-get install busybox-static');
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (mediaType: string, data: Buffer) => {
    const hex = sha256(data);
    writeFileSync(join(blobs, hex), data);
    return { mediaType, digest: `sha256:${hex}`, size: data.length };
  };
  const putJson = (mediaType: string, value: object) => put(mediaType, Buffer.from(JSON.stringify(value)));
  const page = `<!doctype html><title>${colour}</title><body style="background:${colour}"><h1>${colour}</h1></body>\n`;
  const tar = Buffer.concat([
    entry({ name: 'bin/', type: '5', mode: 0o755 }),
    entry({ name: 'bin/busybox', type: '0', mode: 0o755, content: readFileSync(program) }),
    ...['sh', 'httpd', 'sleep', 'kill'].map((name) => entry({ name: `bin/${name}`, type: '2', mode: 0o777, link: 'busybox' })),
    entry({ name: 'tmp/', type: '5', mode: 0o1777 }),
    entry({ name: 'www/', type: '5', mode: 0o755 }),
    entry({ name: 'www/index.html', type: '0', mode: 0o644, content: Buffer.from(page) }),
    Buffer.alloc(1024),
  ]);
  // As the first process of its container the server itself would not hear the signal.
  const serve = `trap 'kill $! ; exit 0' TERM; echo serving ${colour}; httpd -f -p $PORT -h /www & wait $!`;
  const config = putJson(`${OCI}.config.v1+json`, {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: {
      Env: ['PATH=/bin', 'PORT=8080'],
      Cmd: ['/bin/sh', '-c', command ?? serve],
      ...(revision === undefined
        ? {}
        : { Labels: { 'org.opencontainers.image.revision': revision, 'org.opencontainers.image.source': 'https://git.example.com/web' } }),
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(tar)}`] },
  });
  const layer = put(`${OCI}.layer.v1.tar+gzip`, gzipSync(tar));
  const manifest = putJson(`${OCI}.manifest.v1+json`, { schemaVersion: 2, mediaType: `${OCI}.manifest.v1+json`, config, layers: [layer] });
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(
    join(directory, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations: { 'org.opencontainers.image.ref.name': 'it' } }] }),
  );
  return { digest: manifest.digest, from: `oci:${directory}:it` };
};

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

interface Entry {
  readonly name: string;
  /** File, symbolic link, directory. */
  readonly type: '0' | '2' | '5';
  readonly mode: number;
  readonly content?: Buffer;
  readonly link?: string;
}

/** One entry of a tar archive (POSIX ustar): a header of 512 bytes, the content, padding. */
const entry = ({ name, type, mode, content = Buffer.alloc(0), link = '' }: Entry): Buffer => {
  const header = Buffer.alloc(512);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  header.write(name, 0);
  header.write(octal(mode, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  // The sum is taken with its own field blank.
  header.write('        ', 148);
  header.write(type, 156);
  header.write(link, 157);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 7)} `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
};
