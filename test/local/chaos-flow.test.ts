/** The real functions on the local engine while it duplicates, delays and reorders messages and serves stale index pages: a burst ends in its newest image, and nothing is applied twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { type Fields, fields, list, parseJson, text } from '../../infra/local/json.ts';
import { startEngine } from '../../infra/local/start-engine.ts';
import { startDeployEndpoint } from '../e2e/deploy-endpoint.ts';

const data = mkdtempSync(join(tmpdir(), 'chaos-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const PUSHES = 25;
const OPEN = ['queued', 'held', 'running'];

it('a burst of pushes, each delivered twice, ends in the newest image with one deployment for each call that was made', async () => {
  const endpoint = await startDeployEndpoint();
  const engine = await startEngine({ data, chaos: 2026, allow: [`127.0.0.1:${endpoint.port}`] });
  const api = async (method: string, path: string, body?: object): Promise<Fields> => {
    const headers = { authorization: `Bearer ${engine.token}`, 'content-type': 'application/json' };
    const response = await fetch(engine.url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const answer = await response.text();
    expect(response.status, `${method} ${path}: ${answer}`).toBeLessThan(300);
    return fields(parseJson(answer, path), path);
  };
  await api('POST', '/v1/applications', { name: 'web', target: { kind: 'http', url: `http://127.0.0.1:${endpoint.port}/` } });
  const trigger = await api('POST', '/v1/triggers', {
    name: 'all',
    registry: 'alibaba-acr',
    registryHost: 'r.example.com',
    repository: 'shop/web',
    rule: { mode: 'all' },
    application: 'web',
  });

  const tags = Array.from({ length: PUSHES }, (_, index) => `v${index + 1}`);
  for (const [index, tag] of tags.entries()) {
    const digest = `sha256:${String(index + 1).padStart(64, '0')}`;
    const body = JSON.stringify({ push_data: { tag, digest }, repository: { repo_full_name: 'shop/web', namespace: 'shop', name: 'web', region: '' } });
    for (const _delivery of ['first', 'again']) {
      const answer = await fetch(text(trigger.url, 'url'), { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      expect(answer.status).toBe(202);
    }
  }
  const calls = async () => list((await api('GET', '/v1/calls?trigger=all&limit=100')).items, 'calls').map((call) => fields(call, 'call'));
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const found = await calls();
    if (found.length === 2 * PUSHES && found.every(({ status }) => !OPEN.includes(String(status)))) break;
    await pause(100);
  }

  const found = await calls();
  // Without event ids the registry's repetition is a call of its own: it deploys nothing.
  expect(found.map(({ tag }) => tag).toSorted()).toEqual([...tags, ...tags].toSorted());
  expect(found.filter(({ status }) => OPEN.includes(String(status)))).toEqual([]);
  expect(found.flatMap(({ tag, status }) => (tag === `v${PUSHES}` ? [status] : [])).toSorted()).toEqual(['delivered', 'skipped']);
  expect(endpoint.deployments.at(-1)?.tag).toBe(`v${PUSHES}`);
  const deployed = endpoint.deployments.map(({ tag }) => tag);
  expect(new Set(deployed).size).toBe(deployed.length);
  const delivered = found.flatMap(({ tag, status }) => (status === 'delivered' ? [tag] : []));
  expect(deployed.toSorted()).toEqual(delivered.toSorted());
  expect(await engine.stop()).toBe(0);
  await endpoint.stop();
}, 120_000);
