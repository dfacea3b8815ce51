/** A trigger URL on the local engine with the real functions: from the POST over route, queues and deploy to the call, as the documented curl sends it. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { type Fields, fields, list, parseJson, text } from '../../infra/local/json.ts';
import { startEngine } from '../../infra/local/start-engine.ts';

const data = mkdtempSync(join(tmpdir(), 'trigger-url-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

/** Takes whatever it is sent; a redeploy has no body. */
const startReceiver = async () => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    bodies.push(body);
    response.end('taken');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { port: typeof address === 'object' && address !== null ? address.port : 0, bodies, stop };
};

const OPEN = ['queued', 'held', 'running'];
const IMAGE = 'registry.cn-hangzhou.aliyuncs.com/acs/rollouts-demo';
const PATCH = `
{"resource":{"deployment":{"metadata":{"name":"demo"},
  "spec":{"template":{"spec":{"containers":[{"name":"demo","image":"${IMAGE}:red"}]}}}}}}`;

it('sets the image that it is sent, records each call, answers as the origin does, and ends when it is revoked', async () => {
  const receiver = await startReceiver();
  const engine = await startEngine({ data, allow: [`127.0.0.1:${receiver.port}`] });
  try {
    const api = async (method: string, path: string, body?: object): Promise<Fields> => {
      const headers = { authorization: `Bearer ${engine.token}`, 'content-type': 'application/json' };
      const response = await fetch(engine.url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const answer = await response.text();
      expect(response.status, `${method} ${path}: ${answer}`).toBeLessThan(300);
      return fields(parseJson(answer, path), path);
    };
    const calls = async () => list((await api('GET', '/v1/calls?trigger=!web&limit=100')).items, 'calls').map((call) => fields(call, 'call'));
    const settled = async (count: number): Promise<readonly Fields[]> => {
      for (let attempt = 0; ; attempt += 1) {
        const found = await calls();
        if ((found.length === count && found.every(({ status }) => !OPEN.includes(String(status)))) || attempt === 300) return found;
        await pause(100);
      }
    };

    await api('POST', '/v1/applications', { name: 'web', target: { kind: 'http', url: `http://127.0.0.1:${receiver.port}/` } });
    const made = await api('POST', '/v1/applications/web/trigger-urls');
    const url = text(made.url, 'url');
    const answered = /^\{"code":"200","message":"","requestId":"[^"]+"\}$/;
    const sent = async (method: string, body?: string, type = 'application/x-www-form-urlencoded') => {
      const response = await fetch(url, { method, headers: { 'content-type': type }, ...(body === undefined ? {} : { body }) });
      return { status: response.status, allow: response.headers.get('allow'), text: await response.text() };
    };

    // `curl -H 'content-type: application/json' -d …`
    expect(await sent('POST', PATCH, 'application/json')).toMatchObject({ status: 200, text: expect.stringMatching(answered) });
    expect(await settled(1)).toMatchObject([
      { trigger: '!web', application: 'web', hook: made.id, repository: IMAGE, tag: 'red', status: 'delivered', actor: `trigger URL ${String(made.id)}` },
    ]);
    expect(receiver.bodies).toEqual([expect.stringContaining('"tag":"red"')]);

    // `curl -X POST`
    expect(await sent('POST')).toMatchObject({ status: 200, text: expect.stringMatching(answered) });
    const [restart] = await settled(2);
    expect(restart).toMatchObject({ trigger: '!web', action: 'redeploy', repository: '*', tag: '', status: 'delivered' });
    expect(receiver.bodies).toHaveLength(2);

    expect(await sent('GET')).toMatchObject({ status: 405, allow: 'POST', text: expect.stringContaining('GET is switched off') });
    expect(await sent('HEAD')).toMatchObject({ status: 405 });
    // A form comes to the function in base64.
    expect(await sent('POST', '{"hello":"world"}')).toMatchObject({ status: 400, text: expect.stringMatching(/^\{"code":"400","message":".*containers/) });
    expect(await sent('POST', PATCH.replace(':red', ':blue'))).toMatchObject({ status: 200 });
    expect((await settled(3)).map(({ tag }) => tag)).toEqual(['blue', '', 'red']);
    const token = new URL(url).searchParams.get('token') ?? '';
    expect((await fetch(`${engine.url}/hooks/${token}`, { method: 'POST', body: '{}' })).status).toBe(404);

    await api('DELETE', `/v1/applications/web/trigger-urls/${String(made.id)}`);
    expect(await sent('POST')).toMatchObject({ status: 404 });
    expect(await settled(3)).toHaveLength(3);

    const logs = join(data, 'logs');
    for (const file of readdirSync(logs)) expect(readFileSync(join(logs, file), 'utf8'), file).not.toContain(token);
  } finally {
    expect(await engine.stop()).toBe(0);
    await receiver.stop();
  }
}, 120_000);
