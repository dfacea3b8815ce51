/** A real registry whose notifications carry a header that the hook verifies: refused, then corrected; and stopped while some were pending. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fields, text } from '../../infra/local/json.ts';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';
import { askEngine, callsOf } from '../local/ask-engine.ts';
import { type DeployEndpoint, startDeployEndpoint } from './deploy-endpoint.ts';
import { freePort, missingPrograms, type Registry, startRegistry, writeImage } from './registry-process.ts';

const SENT = 'Bearer correct-horse-battery';

const missing = missingPrograms();
const suite = missing.length === 0 ? describe : describe.skip;

suite(
  missing.length === 0
    ? 'a registry that proves itself by a header'
    : `a registry that proves itself by a header (skipped: not installed: ${missing.join(', ')}; apt-get install docker-registry skopeo)`,
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'registry-header-'));
    const data = join(directory, 'data');
    let endpoint: DeployEndpoint;
    let engine: Engine;
    /** Ports of the registries that are looked at: the engine has to know them when it starts. */
    const swept = { SIGKILL: 0, SIGTERM: 0 };

    const api = (method: string, path: string, body?: object) => askEngine(engine, method, path, body);
    const calls = (name: string) => callsOf(engine, `trigger=${name}`);
    const until = async (right: () => boolean | Promise<boolean>, seconds: number): Promise<void> => {
      for (let waited = 0; !(await right()) && waited < seconds; waited += 0.1) await pause(100);
    };
    const ended = (name: string) => until(async () => (await calls(name)).some(({ endedAt }) => endedAt !== undefined), 30);
    /** How many deliveries of the hook were answered with this status. */
    const answered = (hook: string, status: number): number =>
      readdirSync(join(data, 'logs'))
        .flatMap((file) => readFileSync(join(data, 'logs', file), 'utf8').split('\n'))
        .filter((line) => line.includes('"push.received"') && line.includes(`"hook":"${hook}"`) && line.includes(`"status":${status}`)).length;

    /** A hook that waits for another header than its registry sends; gives what starts that registry, also again. */
    const makeWrong = async (name: string, port: number, change: object = {}) => {
      mkdirSync(join(directory, name));
      await api('POST', '/v1/applications', { name, target: { kind: 'http', url: `http://127.0.0.1:${endpoint.port}/deploy` } });
      const trigger = await api('POST', '/v1/triggers', {
        name,
        registry: 'distribution',
        registryHost: `127.0.0.1:${port}`,
        repository: 'team/web',
        application: name,
        credential: { by: 'header', name: 'Authorization', value: 'Bearer something-else' },
        ...change,
      });
      const webhook = text(trigger.url, 'url');
      return () => startRegistry(join(directory, name), port, webhook, { authorization: SENT });
    };
    const correct = (name: string) => api('POST', `/v1/hooks/${name}/rotate-credential`, { credential: { by: 'header', value: SENT } });
    const push = async (registry: Registry, name: string, tag: string): Promise<string> => {
      const layout = join(directory, `${name}-${tag}`);
      mkdirSync(layout);
      const digest = writeImage(layout, `${name} ${tag}`);
      await registry.skopeo('copy', `oci:${layout}:it`, `{}team/web:${tag}`);
      return digest;
    };

    beforeAll(async () => {
      endpoint = await startDeployEndpoint();
      swept.SIGKILL = await freePort();
      swept.SIGTERM = await freePort();
      engine = await startEngine({ data, allow: [endpoint.port, swept.SIGKILL, swept.SIGTERM].map((port) => `127.0.0.1:${port}`) });
    }, 120_000);
    afterAll(async () => {
      await engine?.stop();
      await endpoint?.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    it('is refused while the header is wrong; once it is right, what was pending arrives, once', { timeout: 120_000 }, async () => {
      const registry = await (await makeWrong('refused', await freePort()))();
      try {
        const digest = await push(registry, 'refused', 'v1');
        await until(() => answered('refused', 401) > 2, 30);
        expect(answered('refused', 401)).toBeGreaterThan(2);
        expect(await calls('refused')).toEqual([]);
        await correct('refused');
        await ended('refused');
        const next = await push(registry, 'refused', 'v2');
        await until(async () => (await calls('refused')).filter(({ endedAt }) => endedAt !== undefined).length > 1, 30);
        expect(await calls('refused')).toMatchObject([
          { tag: 'v2', status: 'delivered', digest: next },
          { tag: 'v1', status: 'delivered', digest },
        ]);
        expect(endpoint.deployments.map(({ tag }) => tag)).toEqual(['v1', 'v2']);
        expect(JSON.stringify(await calls('refused'))).not.toContain(SENT);
      } finally {
        await registry.stop();
      }
    });

    it.concurrent.each([
      ['killed', 'SIGKILL'],
      ['asked to stop', 'SIGTERM'],
    ] as const)('what was pending when the registry was %s is lost there, and found by a look', { timeout: 500_000 }, async (_, signal) => {
      const name = signal.toLowerCase();
      const start = await makeWrong(name, swept[signal], { access: 'public', sweepMinutes: 1 });
      let registry = await start();
      try {
        await push(registry, name, 'v1');
        const looked = async () => fields((await api('GET', `/v1/hooks/${name}`)).sweep ?? {}, 'sweep').lookedAt !== undefined;
        // The tick comes once a minute.
        await until(looked, 130);
        expect(await looked()).toBe(true);
        const digest = await push(registry, name, 'v2');
        await until(() => answered(name, 401) > 0, 30);
        await registry.stop(signal);
        await correct(name);
        registry = await start();
        await until(async () => (await calls(name)).length > 0, 240);
        await ended(name);
        // Had the registry told of it after all, the call would not have this source.
        expect(await calls(name)).toMatchObject([{ tag: 'v2', status: 'delivered', digest, source: 'sweep' }]);
      } finally {
        await registry.stop();
      }
    });
  },
);
