/** A real registry, pushed to by skopeo, notifies the local engine: one deployment for each new digest, nothing for the rest, also when the engine is killed in between. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fields, optionalText, text } from '../../infra/local/json.ts';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';
import { askEngine, callsOf } from '../local/ask-engine.ts';
import { type DeployEndpoint, startDeployEndpoint } from './deploy-endpoint.ts';
import { freePort, missingPrograms, type Registry, startRegistry, writeImage } from './registry-process.ts';

const REPOSITORY = 'team/web';
/** A killed deployment holds its lease for 75 s; what comes next waits for it. */
const LEASE_AND_MORE_MS = 110_000;

interface Call {
  readonly id: string;
  readonly tag: string;
  readonly status: string;
  readonly reason?: string;
  readonly digest?: string;
}

const readCall = (value: unknown): Call => {
  const call = fields(value, 'call');
  const [reason, digest] = [optionalText(call.reason, 'reason'), optionalText(call.digest, 'digest')];
  return {
    id: text(call.id, 'id'),
    tag: text(call.tag, 'tag'),
    status: text(call.status, 'status'),
    ...(reason === undefined ? {} : { reason }),
    ...(digest === undefined ? {} : { digest }),
  };
};

const missing = missingPrograms();
const suite = missing.length === 0 ? describe : describe.skip;

suite(
  missing.length === 0 ? 'a real registry' : `a real registry (skipped: not installed: ${missing.join(', ')}; apt-get install docker-registry skopeo)`,
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'registry-'));
    const data = join(directory, 'data');
    let endpoint: DeployEndpoint;
    let registry: Registry;
    let engine: Engine;
    let enginePort = 0;

    const start = () => startEngine({ data, port: enginePort, allow: [`127.0.0.1:${endpoint.port}`] });
    const api = (method: string, path: string, body?: object) => askEngine(engine, method, path, body);
    const calls = async (): Promise<readonly Call[]> => (await callsOf(engine, 'trigger=release')).map(readCall);
    const settled = async (tag: string, count = 1): Promise<readonly Call[]> => {
      for (let attempt = 0; ; attempt += 1) {
        const found = (await calls()).filter((call) => call.tag === tag && !['queued', 'held', 'running'].includes(call.status));
        if (found.length >= count || attempt === 300) return found;
        await pause(100);
      }
    };
    const deployed = (tag: string) => endpoint.deployments.filter((deployment) => deployment.tag === tag);
    const until = async (right: () => boolean, ms: number): Promise<void> => {
      for (let waited = 0; !right() && waited < ms; waited += 100) await pause(100);
    };

    let images = 0;
    const makeImage = (text: string, platforms?: readonly string[]) => {
      images += 1;
      const layout = join(directory, `image-${images}`);
      mkdirSync(layout);
      return { digest: writeImage(layout, text, platforms), from: `oci:${layout}:it` };
    };
    /** A push after which the engine has certainly read everything that was notified before: notifications come in order. */
    let flushes = 0;
    const flush = async (): Promise<void> => {
      flushes += 1;
      const tag = `flush-${flushes}`;
      await registry.skopeo('copy', makeImage(tag).from, `{}${REPOSITORY}:${tag}`);
      await settled(tag);
    };

    beforeAll(async () => {
      endpoint = await startDeployEndpoint();
      enginePort = await freePort();
      engine = await start();
      await api('POST', '/v1/applications', { name: 'web', target: { kind: 'http', url: `http://127.0.0.1:${endpoint.port}/deploy` } });
      const port = await freePort();
      const trigger = await api('POST', '/v1/triggers', {
        name: 'release',
        registry: 'distribution',
        registryHost: `127.0.0.1:${port}`,
        repository: REPOSITORY,
        rule: { mode: 'expression', expression: 'v.*' },
        application: 'web',
      });
      registry = await startRegistry(directory, port, text(trigger.url, 'url'));
    }, 120_000);
    afterAll(async () => {
      await registry?.stop();
      await engine?.stop();
      await endpoint?.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    it('a single image is deployed once, by its digest', async () => {
      const image = makeImage('one');
      await registry.skopeo('copy', image.from, `{}${REPOSITORY}:v1`);
      expect(await settled('v1')).toMatchObject([{ status: 'delivered', digest: image.digest }]);
      expect(deployed('v1')).toMatchObject([{ digest: image.digest }]);
    });

    it('a multi-arch index is deployed once, by the digest of the index and not of its platforms', async () => {
      const image = makeImage('two', ['amd64', 'arm64']);
      await registry.skopeo('copy', '--all', image.from, `{}${REPOSITORY}:v2`);
      expect(await settled('v2')).toMatchObject([{ status: 'delivered', digest: image.digest }]);
      expect(deployed('v2')).toMatchObject([{ digest: image.digest }]);
    });

    it('the same tag with another image is deployed again', async () => {
      const image = makeImage('another two');
      await registry.skopeo('copy', image.from, `{}${REPOSITORY}:v2`);
      await settled('v2', 2);
      expect(deployed('v2').map(({ digest }) => digest)).toContain(image.digest);
      expect(deployed('v2')).toHaveLength(2);
    });

    it('the same image under the same tag again deploys nothing', async () => {
      const before = endpoint.deployments.length;
      await registry.skopeo('copy', `oci:${join(directory, 'image-3')}:it`, `{}${REPOSITORY}:v2`);
      await flush();
      expect(endpoint.deployments.slice(before)).toEqual([]);
    });

    it('a tag outside the rule is recorded and deploys nothing', async () => {
      const before = endpoint.deployments.length;
      await registry.skopeo('copy', `{}${REPOSITORY}:v1`, `{}${REPOSITORY}:stable`);
      expect(await settled('stable')).toMatchObject([{ status: 'untriggered', reason: 'rule-not-matched' }]);
      expect(endpoint.deployments.slice(before)).toEqual([]);
    });

    it('a pull and a delete deploy nothing and leave no record', async () => {
      const recorded = async () => (await calls()).flatMap(({ id, tag }) => (tag.startsWith('flush-') ? [] : [id]));
      const [before, records] = [endpoint.deployments.length, await recorded()];
      mkdirSync(join(directory, 'pulled'));
      await registry.skopeo('copy', `{}${REPOSITORY}:v1`, `oci:${join(directory, 'pulled')}:it`);
      await registry.skopeo('inspect', `{}${REPOSITORY}:v1`);
      await registry.skopeo('delete', `{}${REPOSITORY}:v1`);
      await flush();
      expect(endpoint.deployments.slice(before)).toEqual([]);
      expect(await recorded()).toEqual(records);
    });

    it('pushes made while the engine is down are deployed when it is back: the registry sends them again', async () => {
      await engine.kill9();
      const image = makeImage('while down');
      await registry.skopeo('copy', image.from, `{}${REPOSITORY}:v-down`);
      engine = await start();
      await settled('v-down');
      expect(deployed('v-down').map(({ digest }) => digest)).toEqual([image.digest]);
    });

    it(
      'an engine killed while it deploys, deploys after the restart under the same Idempotency-Key',
      async () => {
        endpoint.hold(true);
        const image = makeImage('killed');
        await registry.skopeo('copy', image.from, `{}${REPOSITORY}:v-killed`);
        await until(() => deployed('v-killed').length > 0, 20_000);
        expect(deployed('v-killed')).toHaveLength(1);
        await engine.kill9();
        endpoint.hold(false);
        engine = await start();
        await until(() => deployed('v-killed').length > 1, LEASE_AND_MORE_MS);
        expect(await settled('v-killed')).toMatchObject([{ status: 'delivered' }]);
        expect(deployed('v-killed').length).toBeGreaterThan(1);
        expect(new Set(deployed('v-killed').map(({ key }) => key)).size).toBe(1);
      },
      LEASE_AND_MORE_MS + 60_000,
    );

    it(
      'an engine killed right after a push was acknowledged loses nothing',
      async () => {
        const pushed = await Promise.all(
          ['v-a', 'v-b', 'v-c'].map(async (tag) => {
            const image = makeImage(tag);
            await registry.skopeo('copy', image.from, `{}${REPOSITORY}:${tag}`);
            return { tag, digest: image.digest };
          }),
        );
        await engine.kill9();
        engine = await start();
        for (const { tag } of pushed) expect((await settled(tag)).length, tag).toBe(1);
        await until(() => endpoint.deployments.some(({ tag }) => pushed.some((push) => push.tag === tag)), LEASE_AND_MORE_MS);
        const keys = new Map<string, Set<string>>();
        for (const { key, digest } of endpoint.deployments) keys.set(key, (keys.get(key) ?? new Set()).add(digest));
        for (const [key, digests] of keys) expect(digests.size, key).toBe(1);
        // A burst ends in its newest image: that one at least was deployed.
        const final = (await calls()).filter(({ tag, status }) => pushed.some((push) => push.tag === tag) && status === 'delivered');
        expect(final.length).toBeGreaterThan(0);
      },
      LEASE_AND_MORE_MS + 60_000,
    );
  },
);
