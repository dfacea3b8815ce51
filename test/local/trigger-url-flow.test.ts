/** A trigger URL on the local engine with the real functions: from the POST over route, queues and deploy to the call, as the documented curl sends it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { text } from '../../infra/local/json.ts';
import { startEngine } from '../../infra/local/start-engine.ts';
import { askEngine, settledCalls } from './ask-engine.ts';
import { startReceiver } from './receiver.ts';

const data = mkdtempSync(join(tmpdir(), 'trigger-url-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const IMAGE = 'registry.cn-hangzhou.aliyuncs.com/acs/rollouts-demo';
const PATCH = `
{"resource":{"deployment":{"metadata":{"name":"demo"},
  "spec":{"template":{"spec":{"containers":[{"name":"demo","image":"${IMAGE}:red"}]}}}}}}`;

it('sets the image that it is sent, records each call, answers as the origin does, and ends when it is revoked', async () => {
  const receiver = await startReceiver();
  const engine = await startEngine({ data, allow: [`127.0.0.1:${receiver.port}`] });
  try {
    const api = (method: string, path: string, body?: object) => askEngine(engine, method, path, body);
    const settled = (count: number) => settledCalls(engine, 'trigger=!web', count);

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
  }
}, 120_000);
