/** The SDK as bundled, with what was replaced in it, still speaks to a table and a queue. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import dynalite from 'dynalite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundle, ROOT } from '../../infra/stack/bundle.ts';
import { REPLACEMENTS } from '../../infra/stack/sdk-replacements.ts';

// A machine that does other work as well takes several times the second or two that this needs.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const room = mkdtempSync(join(tmpdir(), 'image-triggers-sdk-'));
const servers: Server[] = [];
const listen = async (server: Server): Promise<string> => {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
};

/** SQS as far as one SendMessage goes; the client checks the MD5 that it answers. */
const queue =
  (bodies: string[], md5: (body: string) => string): RequestListener =>
  async (request, response) => {
    const { MessageBody }: { readonly MessageBody: string } = JSON.parse(await text(request));
    bodies.push(MessageBody);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(JSON.stringify({ MessageId: `m${bodies.length}`, MD5OfMessageBody: md5(MessageBody) }));
  };

describe('a bundle with its replaced parts of the SDK', () => {
  const bodies: string[] = [];
  const agents = new Set<string | undefined>();
  let table = '';
  let honest = '';
  let lying = '';
  let handler: (event: unknown) => Promise<unknown>;

  beforeAll(async () => {
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
    table = await listen(
      dynalite({ createTableMs: 0 }).prependListener('request', ({ headers }) => {
        if (headers['user-agent'] !== 'node') agents.add(headers['user-agent']);
      }),
    );
    honest = await listen(createServer(queue(bodies, (body) => createHash('md5').update(body).digest('hex'))));
    lying = await listen(createServer(queue(bodies, () => '0'.repeat(32))));
    await fetch(table, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.CreateTable',
        'x-amz-date': '20260101T000000Z',
        authorization: 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: JSON.stringify({
        TableName: 'items',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    });
    const { directory } = await bundle('test/infra/stack-entries/table-writer.ts', join(room, 'writer'));
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', table);
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', honest);
    ({ handler } = await import(/* @vite-ignore */ pathToFileURL(join(directory, 'index.mjs')).href));
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
    rmSync(room, { recursive: true, force: true });
  });

  it('writes, knows a lost condition by its class, and sends', async () => {
    await expect(handler({ table: 'items', queue: `${honest}/1/pushes`, id: 'one' })).resolves.toBe('sent');
    await expect(handler({ table: 'items', queue: `${honest}/1/pushes`, id: 'one' })).resolves.toBe('there already');
    expect(bodies).toEqual(['one']);
  });

  it('still checks what a queue says it stored', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', lying);
    const { directory } = await bundle('test/infra/stack-entries/table-writer.ts', join(room, 'other'));
    const other: { handler: typeof handler } = await import(/* @vite-ignore */ pathToFileURL(join(directory, 'index.mjs')).href);
    await expect(other.handler({ table: 'items', queue: `${lying}/1/pushes`, id: 'two' })).rejects.toThrow('stored another message');
  });

  it('has the name of an error whose class was left out', async () => {
    await expect(handler({ table: 'nowhere', queue: `${honest}/1/pushes`, id: 'one' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
  });

  it('tries again what went wrong inside of the table', async () => {
    const asked: string[] = [];
    const failing = await listen(
      createServer(async (request, response) => {
        asked.push(await text(request));
        response.writeHead(asked.length === 1 ? 500 : 200, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(asked.length === 1 ? JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'why' }) : '{}');
      }),
    );
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', failing);
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', honest);
    const { directory } = await bundle('test/infra/stack-entries/table-writer.ts', join(room, 'again'));
    const again: { handler: typeof handler } = await import(/* @vite-ignore */ pathToFileURL(join(directory, 'index.mjs')).href);
    await expect(again.handler({ table: 'items', queue: `${honest}/1/pushes`, id: 'three' })).resolves.toBe('sent');
    expect([asked.length, asked[1]]).toEqual([2, asked[0]]);
  });

  it('says who asks', () => {
    expect(agents).toEqual(new Set(['image-triggers']));
  });

  it('replaces files that the installed SDK has, and finds in them what it takes out', () => {
    expect(REPLACEMENTS.filter(({ file }) => !existsSync(join(ROOT, 'node_modules', file)))).toEqual([]);
    for (const { file, contents } of REPLACEMENTS) {
      const source = readFileSync(join(ROOT, 'node_modules', file), 'utf8');
      if (typeof contents !== 'string') expect(contents(source).length, file).toBeLessThan(source.length);
    }
  });
});
