/** The API did what was asked and its answer was lost on the way: the command line asks once more, and it is done once. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { HTTP, must, startApi, type TestApi } from '../api/api.ts';
import { listen, type Ran, runCommand } from './command-line.ts';

type Trouble = 'reset' | '503' | 'none';

let api: TestApi;
let data: string;
/** What happens to the answers of the next requests, one after the other. */
let troubles: Trouble[] = [];
/** Idempotency-Key of each POST that came. */
let keys: (string | undefined)[] = [];
let pauses: number[] = [];
/** How often the API is to say that the first still runs. */
let running = 0;

const answerWith = async (response: ServerResponse, answer: Response, trouble: Trouble): Promise<void> => {
  if (trouble === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = trouble === '503' ? '{"message":"Service Unavailable"}' : await answer.text();
  response.writeHead(trouble === '503' ? 503 : answer.status, { ...Object.fromEntries(answer.headers) }).end(body);
};

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const key = request.headers['idempotency-key'];
  if (request.method === 'POST') keys.push(String(key));
  const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': String(key) }) };
  const body = request.method === 'GET' ? {} : { body: Buffer.concat(chunks) };
  const answer = await api.app.request(request.url ?? '/', { method: request.method ?? 'GET', headers, ...body }, { requestId: 'r' });
  await answerWith(response, answer, troubles.shift() ?? 'none');
});

beforeAll(async () => {
  api = await startApi((ports) => ({
    ...ports,
    answers: { ...ports.answers, begin: async (...given) => (running-- > 0 ? { is: 'running' } : ports.answers.begin(...given)) },
  }));
  await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
  data = await mkdtemp(join(tmpdir(), 'image-triggers-lost-'));
  await writeFile(join(data, 'endpoint.json'), JSON.stringify({ url: await listen(server), token: 'x' }));
});
afterAll(async () => {
  server.close();
  await api.stop();
  await rm(data, { recursive: true });
});
beforeEach(() => {
  troubles = [];
  keys = [];
  pauses = [];
});

const run = (args: string): Promise<Ran> => runCommand(args, { env: { IMAGE_TRIGGERS_DATA: data }, pause: async (ms) => void pauses.push(ms) });

test.each<Trouble>(['reset', '503'])('%s: a hook is made once, and its URL is shown', async (trouble) => {
  troubles = [trouble];
  const name = trouble === 'reset' ? 'broken' : 'gateway';
  const ran = await run(`hook create ${name} --registry generic --registry-host r.example`);
  expect(ran).toMatchObject({ code: 0, out: expect.stringContaining(`it_${name}_`) });
  expect(pauses).toEqual([1_000]);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^"[0-9a-f-]{36}"$/);
  expect((await api.ports.hooks.get(name))?.tokens).toHaveLength(1);
});

test('each request has a key of its own', async () => {
  for (const _ of [1, 2]) expect((await run('application redeploy web')).code).toBe(0);
  expect(new Set(keys).size).toBe(2);
});

test('twice lost is told, and not tried for ever', async () => {
  troubles = ['reset', 'reset'];
  expect(await run('application redeploy web')).toMatchObject({ code: 1, err: expect.stringContaining('does not answer') });
  troubles = ['503', '503'];
  expect((await run('application redeploy web')).code).toBe(1);
  expect(keys).toHaveLength(4);
});

test('what is read is asked once: whoever asks sees that it failed', async () => {
  troubles = ['reset'];
  expect(await run('hook list')).toMatchObject({ code: 1, err: expect.stringContaining('does not answer') });
  expect(pauses).toEqual([]);
});

test('while the first still runs, its answer is waited for', async () => {
  running = 3;
  troubles = ['503'];
  expect((await run('application redeploy web')).code).toBe(0);
  expect(pauses).toEqual([1_000, 1_000, 1_000]);
});
