/** What the next container needs before it is made: its image, and on the host's network a port. */
import { createHash } from 'node:crypto';
import { isFields } from '../core/fields.ts';
import type { Image } from '../core/image.ts';
import { jsonIn } from '../core/json-in.ts';
import type { Exchange } from '../core/outcome.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { type DockerApi, DockerFailure, failure } from './docker-api.ts';
import type { DockerConfig } from './docker-config.ts';
import { secretValue } from './secret-value.ts';
import type { TargetIo } from './target.ts';

/** An image that is here already (a roll back's, for example) is not asked for again, unless only its tag is known. */
export const pullImage = async (
  api: DockerApi,
  config: DockerConfig,
  name: string,
  { tag, digest }: Image,
  io: TargetIo,
): Promise<{ readonly reference: string; readonly pulled?: Exchange }> => {
  // Podman takes no reference with both.
  const reference = digest === undefined ? `${name}:${tag ?? 'latest'}` : `${name}@${digest}`;
  if (digest !== undefined && (await api.image(reference)) !== undefined) return { reference };
  const pulled = await api.pull(name, digest ?? tag ?? 'latest', await registryAuth(config, io));
  // So that it has a name in lists, and is not taken for a leftover.
  if (digest !== undefined && tag !== undefined) await api.tag(reference, name, tag);
  return { reference, pulled };
};

/** As the header wants it: base64url of JSON with user name and password. */
const registryAuth = async ({ registryAuth: reference }: DockerConfig, io: TargetIo): Promise<string | undefined> => {
  if (reference === undefined) return undefined;
  const read = await secretValue(reference, 'secret', io, headerOf);
  if (read.is !== 'read') throw new DockerFailure(read);
  return read.value;
};

const headerOf = (text: string): Parsed<string> => {
  const value = jsonIn(text);
  if (!isFields(value) || typeof value.username !== 'string' || typeof value.password !== 'string')
    return refused('is not JSON of the form {"username":"…","password":"…"}');
  return parsed(Buffer.from(JSON.stringify({ username: value.username, password: value.password })).toString('base64url'));
};

/** Below the ports that Linux gives to connections of its own (from 32768). */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const TRIES = 8;

/** A port on which nobody answers. By the deployment, so that a repeated attempt asks for the same and neighbours for others. */
export const freePort = async (io: TargetIo): Promise<number> => {
  const { reach } = io;
  for (let n = 0; reach !== undefined && n < TRIES; n += 1) {
    const port = FIRST_PORT + (createHash('sha256').update(`${io.idempotencyKey} ${n}`).digest().readUInt32BE(0) % PORTS);
    const answer = await reach(port, '/');
    if (answer.is === 'broken' && !answer.sent) return port;
  }
  throw failure('unavailable', `no free port was found among ${TRIES} from ${FIRST_PORT} on`);
};
