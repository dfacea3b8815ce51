/** `--stack`: outputs read from CloudFormation, requests signed so that API Gateway's own check (the signature computed anew) holds. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { run } from '../../infra/cli/program.ts';
import { SILENT_IO } from './silent-io.ts';

const KEYS = { accessKeyId: 'AKIATEST', secretAccessKey: 'test-secret' };
let server: Server;
let base: string;
const paths: string[] = [];

const signatureIn = (header: string | undefined): string => /Signature=([0-9a-f]{64})/.exec(header ?? '')?.[1] ?? 'none';

/** What the gateway does: the same request signed again has to give the same signature. */
const isSigned = async (request: IncomingMessage, body: string): Promise<boolean> => {
  const { authorization, ...headers } = request.headers;
  const names = /SignedHeaders=([^,]+)/.exec(authorization ?? '')?.[1]?.split(';') ?? [];
  const url = new URL(request.url ?? '', base);
  const time = String(headers['x-amz-date']);
  const signed = await new SignatureV4({ service: 'execute-api', region: 'eu-west-1', credentials: KEYS, sha256: Sha256 }).sign(
    {
      method: request.method ?? '',
      protocol: 'http:',
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(names.map((name) => [name, String(headers[name])])),
      body,
    },
    { signingDate: new Date(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')) },
  );
  return signatureIn(signed.headers.authorization) === signatureIn(authorization);
};

const outputs = (url: string) =>
  `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>it</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${
    url === '' ? '' : `<member><OutputKey>ApiUrl</OutputKey><OutputValue>${url}</OutputValue></member>`
  }</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    if (body.includes('Action=DescribeStacks')) {
      const name = new URLSearchParams(body).get('StackName');
      if (name === 'missing')
        return void response
          .writeHead(400, { 'content-type': 'text/xml' })
          .end(
            '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id missing does not exist</Message></Error></ErrorResponse>',
          );
      return void response.writeHead(200, { 'content-type': 'text/xml' }).end(outputs(name === 'other' ? '' : base));
    }
    paths.push(`${request.method} ${request.url}`);
    const signed = await isSigned(request, body);
    response
      .writeHead(signed ? 200 : 403, { 'content-type': 'application/json', 'x-image-triggers': 'v1' })
      .end(JSON.stringify(signed ? { items: [{ name: 'web' }], name: 'web' } : { message: 'Forbidden' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const cli = async (args: readonly string[], secretAccessKey = KEYS.secretAccessKey) => {
  for (const [name, value] of Object.entries({
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL_CLOUDFORMATION: base,
    AWS_REGION: 'us-east-1',
  }))
    vi.stubEnv(name, value);
  const said = { out: '', err: '' };
  const code = await run(args, {
    ...SILENT_IO,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    env: { IMAGE_TRIGGERS_DATA: '/nowhere' },
  });
  return { code, ...said };
};

test('reads with a query and writes with a body are signed for the region of the stack', async () => {
  expect(await cli(['application', 'list', '-o', 'name', '--stack', 'it', '--region', 'eu-west-1'])).toEqual({ code: 0, out: 'web\n', err: '' });
  expect(await cli(['call', 'list', '--status', 'failed,unknown', '-o', 'json', '--stack', 'it', '--region', 'eu-west-1'])).toMatchObject({ code: 0 });
  expect(await cli(['application', 'create', 'web', '--http', 'https://web.example/é', '-o', 'name', '--stack', 'it', '--region', 'eu-west-1'])).toMatchObject({
    code: 0,
    out: 'web\n',
  });
  expect(paths).toEqual(['GET /v1/applications?limit=100', 'GET /v1/calls?status=failed%2Cunknown&limit=20', 'POST /v1/applications']);
});

test('wrong keys are access denied, and neither they nor a signature are shown', async () => {
  const ran = await cli(['application', 'list', '--stack', 'it', '--region', 'eu-west-1'], 'wrong-secret');
  expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('execute-api:Invoke') });
  expect(ran.err).not.toMatch(/wrong-secret|AKIATEST|Signature=/);
});

test.each([
  ['missing', 'does not exist'],
  ['other', 'has no output ApiUrl'],
])('the stack %s is an error with what to do', async (stack, message) => {
  expect(await cli(['application', 'list', '--stack', stack, '--region', 'eu-west-1'])).toMatchObject({ code: 1, err: expect.stringContaining(message) });
});
