/** Where the API is: the local engine of a data directory, or a stack on AWS. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Fields, fields } from '../../functions/core/fields.ts';
import { jsonIn } from '../../functions/core/json-in.ts';
import { causeOf } from './cause-of.ts';
import { CliError, type Io } from './io.ts';
import { placeOf, type Where } from './place.ts';
import { sendAgain } from './send-again.ts';

interface Reply {
  readonly status: number;
  readonly body: Fields;
  /** What `ifMatch` takes, of a definition that was read. */
  readonly etag?: string;
}

export interface Request {
  readonly method: string;
  /** With its query: `/v1/calls?limit=20`. */
  readonly path: string;
  readonly body?: unknown;
  /** Only while it is what was read under this ETag. */
  readonly ifMatch?: string;
  /** After which nobody waits for the answer any more. */
  readonly timeoutMs?: number;
}

export type Api = (request: Request) => Promise<Reply>;

interface Message {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}
/** Adds what proves who asks. */
export type Sign = (message: Message) => Promise<Readonly<Record<string, string>>>;

/** Longer than the API may take. */
const TIMEOUT_MS = 35_000;

export const connect = async (where: Where, io: Io): Promise<Api> => {
  const place = placeOf(where, io);
  if (place.kind === 'stack') {
    // Who signs is loaded where something is signed.
    const { signedBy, stackUrl } = await import('./stack.ts');
    const { url, region } = await stackUrl(place.stack, place.region);
    return speak(url, await signedBy(region), `the stack ${place.stack}`, 'look at its alarms and at the log of its API function', io);
  }
  const { url, token } = await endpointOf(place.directory, io);
  return speak(
    url,
    async () => ({ authorization: `Bearer ${token}` }),
    `the local engine at ${url}`,
    'start it with "npm start", and with "-- --port N" if another program has its port',
    io,
  );
};

interface Endpoint {
  readonly url: string;
  readonly token: string;
  /** Everything that the engine wrote. */
  readonly written: Fields;
}

export const endpointOf = async (directory: string, io: Io): Promise<Endpoint> => {
  const path = join(directory, 'endpoint.json');
  let text: string;
  try {
    text = await io.readFile(path);
  } catch {
    throw new CliError(
      `no local engine runs with the data directory ${directory} (there is no ${path}): start one with "npm start", name another with --data DIR, or use --stack NAME`,
    );
  }
  const written = fields(jsonIn(text));
  const { url, token, pid } = written;
  if (typeof url !== 'string' || typeof token !== 'string') throw new CliError(`${path} holds no "url" and "token": start the engine again with "npm start"`);
  // After a kill the file stays: whatever listens on the port by now must not be sent the token.
  if (typeof pid === 'number' && !isAlive(pid))
    throw new CliError(`the local engine of ${directory} (pid ${pid}) runs no more: start it again with "npm start"`);
  return { url, token, written };
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

const speak =
  (base: string, sign: Sign, name: string, cure: string, { pause }: Pick<Io, 'pause'>): Api =>
  async ({ method, path, body, ifMatch, timeoutMs = TIMEOUT_MS }) => {
    const url = new URL(path, base);
    const message: Message = {
      method,
      url,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        // In quotes, as the draft of the header has it.
        ...(method === 'POST' ? { 'idempotency-key': `"${randomUUID()}"` } : {}),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const send = async (): Promise<Response> =>
      fetch(url, {
        method,
        headers: { ...message.headers, ...(await sign(message)) },
        ...(message.body === undefined ? {} : { body: message.body }),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
    const response = await (method === 'POST' ? sendAgain(send, pause) : send()).catch((error: unknown) => {
      throw isOfHttpParser(error) ? strange(base, causeOf(error), cure) : new CliError(`${name} does not answer (${causeOf(error)}): ${cure}`);
    });
    // What stands between may have weakened it, and no change is made for a weak one.
    const etag = response.headers.get('etag')?.replace(/^W\//, '');
    const reply = { status: response.status, body: fields(jsonIn(await response.text())), ...(etag === undefined ? {} : { etag }) };
    if (!response.headers.has(MARK) && !isOfGateway(reply)) throw strange(base, `its answer ${reply.status} does not say so`, cure);
    return reply;
  };

const strange = (base: string, why: string, cure: string): CliError => new CliError(`what listens at ${base} is not an Image Triggers API (${why}): ${cure}`);

/** Every answer of the API carries it; so no other program that has its address by now is taken for it. */
const MARK = 'x-image-triggers';
/** API Gateway itself answers what never came to the function, but has a route for everything here. */
const isOfGateway = ({ status, body }: Reply): boolean => status >= 400 && status !== 404 && typeof body.message === 'string';

const isOfHttpParser = (error: unknown): boolean => error instanceof Error && error.cause instanceof Error && error.cause.name === 'HTTPParserError';
