/** The real functions on the local engine while it duplicates, delays and reorders messages and serves stale index pages: a burst ends in its newest image, and nothing is applied twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { text } from '../../infra/local/json.ts';
import { startEngine } from '../../infra/local/start-engine.ts';
import { startDeployEndpoint } from '../e2e/deploy-endpoint.ts';
import { askEngine, isOpen, settledCalls } from './ask-engine.ts';

const data = mkdtempSync(join(tmpdir(), 'chaos-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const PUSHES = 25;

it('a burst of pushes, each delivered twice, ends in the newest image with one deployment for each call that was made', async () => {
  const endpoint = await startDeployEndpoint();
  const engine = await startEngine({ data, chaos: 2026, allow: [`127.0.0.1:${endpoint.port}`] });
  const api = (method: string, path: string, body?: object) => askEngine(engine, method, path, body);
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

  const found = await settledCalls(engine, 'trigger=all', 2 * PUSHES);
  // Without event ids the registry's repetition is a call of its own: it deploys nothing.
  expect(found.map(({ tag }) => tag).toSorted()).toEqual([...tags, ...tags].toSorted());
  expect(found.filter(isOpen)).toEqual([]);
  expect(found.flatMap(({ tag, status }) => (tag === `v${PUSHES}` ? [status] : [])).toSorted()).toEqual(['delivered', 'skipped']);
  expect(endpoint.deployments.at(-1)?.tag).toBe(`v${PUSHES}`);
  const deployed = endpoint.deployments.map(({ tag }) => tag);
  expect(new Set(deployed).size).toBe(deployed.length);
  const delivered = found.flatMap(({ tag, status }) => (status === 'delivered' ? [tag] : []));
  expect(deployed.toSorted()).toEqual(delivered.toSorted());
  expect(await engine.stop()).toBe(0);
  await endpoint.stop();
}, 120_000);
