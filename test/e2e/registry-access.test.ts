/** Real registries, with and without a password, asked by the local engine which image a tag names before it deploys it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRegistry } from '../../functions/outbound/registry.ts';
import { makeOutbound } from '../../functions/outbound/request.ts';
import { fields, list, text } from '../../infra/local/json.ts';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';
import { askEngine } from '../local/ask-engine.ts';
import { type DeployEndpoint, startDeployEndpoint } from './deploy-endpoint.ts';
import { freePort, missingPrograms, type Registry, startRegistry, writeImage } from './registry-process.ts';

const REPOSITORY = 'team/web';
const PASSWORD = 'ci:correct horse';
/** The same by bcrypt. */
const USER = 'ci:$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2';
const LABELS = { 'org.opencontainers.image.revision': 'abc123', 'org.opencontainers.image.source': 'https://git.example.com/web' };
const secret = (password: string): string => JSON.stringify({ username: 'ci', password });

const missing = missingPrograms();
const suite = missing.length === 0 ? describe : describe.skip;

suite(
  missing.length === 0
    ? 'a registry that may be asked'
    : `a registry that may be asked (skipped: not installed: ${missing.join(', ')}; apt-get install docker-registry skopeo)`,
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'registry-access-'));
    let endpoint: DeployEndpoint;
    let open: Registry;
    let closed: Registry;
    let engine: Engine;

    const api = (method: string, path: string, body?: object) => askEngine(engine, method, path, body);
    /** A hook with this access, a trigger and an application of the same name; gives where it is posted to. */
    const hear = async (name: string, registry: Registry, access: unknown): Promise<string> => {
      await api('POST', '/v1/applications', { name, target: { kind: 'http', url: `http://127.0.0.1:${endpoint.port}/deploy` } });
      const trigger = await api('POST', '/v1/triggers', {
        name,
        registry: 'generic',
        registryHost: registry.host,
        repository: REPOSITORY,
        application: name,
        access,
      });
      return text(trigger.url, 'url');
    };
    /** Posts that an image was pushed, and gives the call when it has ended. */
    const announce = async (name: string, url: string, body: object) => {
      expect((await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).status).toBe(202);
      for (let attempt = 0; attempt < 300; attempt += 1) {
        const [call] = list((await api('GET', `/v1/calls?trigger=${name}&status=ended`)).items, 'items');
        if (call !== undefined) return fields(call, 'call');
        await pause(100);
      }
      throw new Error(`the call of ${name} did not end`);
    };
    const makeImage = (name: string, platforms?: readonly string[]) => {
      const layout = join(directory, name);
      mkdirSync(layout);
      return { digest: writeImage(layout, name, platforms, LABELS), from: `oci:${layout}:it` };
    };
    const imageAt = ({ host }: Registry, tag: string): string => `${host}/${REPOSITORY}:${tag}`;

    beforeAll(async () => {
      for (const name of ['open', 'closed']) mkdirSync(join(directory, name));
      endpoint = await startDeployEndpoint();
      open = await startRegistry(join(directory, 'open'), await freePort());
      closed = await startRegistry(join(directory, 'closed'), await freePort(), undefined, { user: USER });
      engine = await startEngine({
        data: join(directory, 'data'),
        allow: [`127.0.0.1:${endpoint.port}`, open.host, closed.host],
        env: { IMAGE_TRIGGERS_SECRET_RIGHT: secret('correct horse'), IMAGE_TRIGGERS_SECRET_WRONG: secret('wrong') },
      });
    }, 120_000);
    afterAll(async () => {
      await engine?.stop();
      await open?.stop();
      await closed?.stop();
      await endpoint?.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    it('without a password: the digest of the index, and the commit of its first platform', async () => {
      const image = makeImage('multi', ['amd64', 'arm64']);
      await open.skopeo('copy', '--all', image.from, `{}${REPOSITORY}:v1`);
      const url = await hear('public', open, 'public');
      const call = await announce('public', url, { image: imageAt(open, 'v1') });
      expect(call).toMatchObject({
        status: 'delivered',
        digest: image.digest,
        commit: { revision: 'abc123', source: 'https://git.example.com/web' },
      });
      expect(call.registry).toBeUndefined();
      expect(endpoint.deployments.at(-1)).toMatchObject({ tag: 'v1', digest: image.digest });
    });

    it('what it does not have is not deployed', async () => {
      const before = endpoint.deployments.length;
      const url = await hear('absent', open, 'public');
      const call = await announce('absent', url, { image: imageAt(open, 'v-nowhere') });
      expect(call).toMatchObject({ status: 'failed', reason: 'image-not-found', detail: expect.stringContaining('MANIFEST_UNKNOWN') });
      expect(endpoint.deployments).toHaveLength(before);
    });

    it('a push that names another image: the registry wins, and the call says so', async () => {
      const [former, image] = [makeImage('former'), makeImage('newer')];
      await open.skopeo('copy', image.from, `{}${REPOSITORY}:v2`);
      const url = await hear('moved', open, 'public');
      const call = await announce('moved', url, { image: imageAt(open, 'v2'), digest: former.digest });
      expect(call).toMatchObject({ status: 'delivered', digest: image.digest, registry: expect.stringContaining(former.digest) });
      expect(endpoint.deployments.at(-1)).toMatchObject({ digest: image.digest });
    });

    it('with a password: by the secret that the hook names', async () => {
      const image = makeImage('secret');
      await closed.skopeo('copy', '--dest-creds', PASSWORD, image.from, `{}${REPOSITORY}:v1`);
      const url = await hear('private', closed, { auth: 'env:IMAGE_TRIGGERS_SECRET_RIGHT' });
      expect(await announce('private', url, { image: imageAt(closed, 'v1') })).toMatchObject({
        status: 'delivered',
        digest: image.digest,
        commit: { revision: 'abc123' },
      });
    });

    it.each([
      ['a wrong one', 'refused', { auth: 'env:IMAGE_TRIGGERS_SECRET_WRONG' }, 'it answered 401: this access may not read the repository'],
      ['none', 'anonymous', 'public', 'it wants a user and a password, and the hook says that it is public'],
      ['one that is not there', 'unset', { auth: 'env:IMAGE_TRIGGERS_SECRET_UNSET' }, 'env:IMAGE_TRIGGERS_SECRET_UNSET is not set'],
    ])('with %s the push goes on by its tag, and the call says why', async (_, name, access, why) => {
      const url = await hear(name, closed, access);
      const call = await announce(name, url, { image: imageAt(closed, 'v1') });
      expect(call).toMatchObject({ status: 'delivered', registry: expect.stringContaining(why) });
      expect(call.digest).toBeUndefined();
      expect(JSON.stringify(call)).not.toContain('wrong');
    });

    it('one that is asked again says that nothing has changed', async () => {
      const [image, other] = [makeImage('same'), makeImage('changed')];
      await open.skopeo('copy', image.from, '{}team/same:v1');
      const outbound = makeOutbound({ allow: [open.host], clock: () => 0 });
      const statuses: (number | undefined)[] = [];
      const registry = makeRegistry({
        outbound: async (...asked) => {
          const answer = await outbound(...asked);
          statuses.push(answer.is === 'answered' ? answer.status : undefined);
          return answer;
        },
        secret: async () => ({ ok: false, why: 'there is none' }),
        ecrToken: async () => ({ ok: false, why: 'there is none' }),
        now: Date.now,
      })(`${open.host}/team/same`, 'public');
      expect(await registry.find('v1', image.digest)).toEqual({ is: 'found', digest: image.digest });
      await open.skopeo('copy', other.from, '{}team/same:v1');
      expect(await registry.find('v1', image.digest)).toEqual({ is: 'found', digest: other.digest });
      expect(statuses).toEqual([304, 200]);
    });

    it('a push that nobody told of is found and deployed; what was there before the hook is not', { timeout: 400_000 }, async () => {
      const [before, image] = [makeImage('before'), makeImage('untold')];
      await open.skopeo('copy', before.from, '{}team/untold:v1');
      await api('POST', '/v1/applications', { name: 'untold', target: { kind: 'http', url: `http://127.0.0.1:${endpoint.port}/deploy` } });
      const rule = { mode: 'expression', expression: 'v.*' };
      const swept = { registryHost: open.host, repository: 'team/untold', access: 'public', sweepMinutes: 1 };
      await api('POST', '/v1/triggers', { name: 'untold', registry: 'distribution', application: 'untold', rule, ...swept });
      const report = async () => fields((await api('GET', '/v1/hooks/untold')).sweep ?? {}, 'sweep');
      // The tick comes once a minute.
      for (let seconds = 0; (await report()).lookedAt === undefined && seconds < 130; seconds += 1) await pause(1_000);
      expect(await report()).toMatchObject({ missed: 0 });
      await open.skopeo('copy', image.from, '{}team/untold:v2');
      const ended = async () => list((await api('GET', '/v1/calls?trigger=untold&status=ended')).items, 'items');
      for (let seconds = 0; (await ended()).length === 0 && seconds < 200; seconds += 1) await pause(1_000);
      expect(await ended()).toMatchObject([{ tag: 'v2', status: 'delivered', digest: image.digest, source: 'sweep' }]);
      expect(endpoint.deployments.filter(({ digest }) => digest === before.digest)).toEqual([]);
      expect(await report()).toMatchObject({ missed: 1 });
    });

    it('a registry that is gone does not keep a push from being deployed', async () => {
      const url = await hear('gone', open, 'public');
      await open.stop();
      expect(await announce('gone', url, { image: imageAt(open, 'v1') })).toMatchObject({
        status: 'delivered',
        registry: expect.stringContaining('nothing listens there'),
      });
    });
  },
);
