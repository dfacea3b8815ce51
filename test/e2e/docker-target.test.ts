/** The target alone against real daemons: what the engine's story does not come by. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeDockerSocket } from '../../functions/outbound/docker-socket.ts';
import { reachOwnPort } from '../../functions/outbound/own-port.ts';
import { targetOf } from '../../functions/targets/index.ts';
import type { TargetIo, Wish } from '../../functions/targets/target.ts';
import { fields, parseJson } from '../../infra/local/json.ts';
import { askDaemon, type Daemon, removeContainers, statesOf } from './daemon.ts';
import { missingForDocker, startDocker } from './dockerd-process.ts';
import { busybox, type PageImage, writePageImage } from './image.ts';
import { missingForPodman, startPodman } from './podman-process.ts';
import { freePort, missingPrograms, type Registry, startRegistry } from './registry-process.ts';

const base = [...missingPrograms(), ...(busybox() === undefined ? ['busybox'] : [])];
const DAEMONS = [
  { name: 'podman', missing: missingForPodman(), begin: (path: string, host: string) => startPodman(path, [host], 'host') },
  { name: 'Docker', missing: missingForDocker(), begin: (path: string) => startDocker(path) },
] as const;

for (const { name, missing: own, begin } of DAEMONS) {
  const missing = [...base, ...own];
  (missing.length === 0 ? describe : describe.skip)(`${name}${missing.length === 0 ? '' : ` (skipped: not there: ${missing.join(', ')})`}`, () => {
    let directory = '';
    let registry: Registry;
    let daemon: Daemon;
    let blue: PageImage;
    let green: PageImage;
    let port = 0;
    const repository = () => `${registry.host}/team/web`;

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'target-'));
      const registryPort = await freePort();
      registry = await startRegistry(directory, registryPort, 'http://127.0.0.1:9/');
      daemon = await begin(join(directory, 'daemon'), registry.host);
      const make = async (colour: string, command?: string): Promise<PageImage> => {
        mkdirSync(join(directory, colour));
        const image = writePageImage(join(directory, colour), { colour, revision: colour, ...(command === undefined ? {} : { command }) });
        await registry.skopeo('copy', image.from, `{}team/web:${colour}`);
        return image;
      };
      blue = await make('blue');
      green = await make('green');
      await make('red', 'echo no way; exit 4');
    }, 120_000);
    afterAll(async () => {
      await daemon?.stop();
      await registry?.stop();
      rmSync(directory, { recursive: true, force: true });
    }, 60_000);

    let key = 0;
    const io = (attempted = false): TargetIo => {
      const signal = AbortSignal.timeout(25_000);
      const socket = makeDockerSocket({ socketPath: daemon.socketPath, clock: Date.now });
      return {
        request: () => Promise.reject(new Error('nothing is asked of the outside')),
        secret: () => Promise.reject(new Error('there are no secrets')),
        docker: (request) => socket(request, signal),
        reach: (at, path) => reachOwnPort(at, path, Date.now, signal),
        signal,
        idempotencyKey: `web.${key}`,
        externalId: 'e2e',
        attempted,
        now: Date.now,
      };
    };
    const targetFor = async (more: object) => {
      const target = await targetOf({ kind: 'docker', container: 'web', stopSeconds: 2, ...more });
      if (!target.ok || target.value.sight !== 'readable') throw new Error(JSON.stringify(target));
      return target.value;
    };
    /** To its end, as a word and what is said with it. */
    const run = async (more: object, wish: Wish): Promise<string> => {
      key += 1;
      const target = await targetFor(more);
      const seen = await target.read(wish, io());
      if (seen.is !== 'seen') return `${seen.is}: ${seen.why.detail}`;
      const outcome = await target.apply(wish, seen, io());
      if (outcome.is !== 'applied') return `${outcome.is}: ${'why' in outcome ? outcome.why.detail : ''}`;
      for (let n = 0; n < 60; n += 1) {
        const rollout = await target.observe(outcome.handle, io(true));
        if (rollout.is === 'healthy') return `healthy ${rollout.commit?.revision}`;
        if (rollout.is === 'failed') return `failed: ${rollout.why.detail}: ${rollout.evidence}`;
        await pause(250);
      }
      return 'not over';
    };
    const set = (tag: string, image?: PageImage): Wish => ({
      set: [{ image: { repository: repository(), tag, ...(image === undefined ? {} : { digest: image.digest }) }, hosts: [], since: Date.now() }],
    });
    const inspect = async (container: string) =>
      fields(parseJson((await askDaemon(daemon.socketPath, 'GET', `/containers/${container}/json`)).body, container), container);
    const page = async (): Promise<string> => /<h1>(\w+)/.exec(await (await fetch(`http://127.0.0.1:${port}/`)).text())?.[1] ?? '';

    /** As somebody else made it, by hand, with everything that is to be kept. */
    beforeEach(async () => {
      await removeContainers(daemon.socketPath);
      port = await freePort();
      await askDaemon(daemon.socketPath, 'POST', `/images/create?fromImage=${repository()}&tag=blue`);
      const made = await askDaemon(daemon.socketPath, 'POST', '/containers/create?name=web', {
        Image: `${repository()}:blue`,
        Env: [`PORT=${port}`, 'MODE=production'],
        Labels: { team: 'shop' },
        WorkingDir: '/tmp',
        HostConfig: { NetworkMode: 'host', RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 }, Memory: 67_108_864, Binds: [`${directory}:/srv:ro`] },
      });
      expect(made.status, made.body).toBe(201);
      expect((await askDaemon(daemon.socketPath, 'POST', '/containers/web/start')).status).toBe(204);
    });

    it('takes over a container that it did not make, with all that it was given, and gives its fixed port back when the next one fails', async () => {
      const config = () => ({ port });
      expect(await (await targetFor(config())).read(set('blue', blue), io())).toMatchObject({ is: 'seen', running: true, settled: true });
      expect(await run(config(), set('green', green))).toBe('healthy green');
      expect(await page()).toBe('green');
      const { Config: made, HostConfig: host } = await inspect('web');
      expect(made).toMatchObject({ WorkingDir: '/tmp', Labels: { team: 'shop' }, Env: expect.arrayContaining([`PORT=${port}`, 'MODE=production']) });
      expect(host).toMatchObject({
        NetworkMode: 'host',
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 },
        Memory: 67_108_864,
        Binds: [expect.stringContaining(`${directory}:/srv:ro`)],
      });
      expect(await run(config(), set('red'))).toMatch(
        /^failed: it ended(?: with exit code 4: |, and was started again (?:once|\d times) by its restart policy: (?:exit code 4; )?)its last lines: (?:no way\s*)+$/,
      );
      expect(await page()).toBe('green');
      expect(await statesOf(daemon.socketPath)).toEqual({ web: 'running', 'web.previous': 'exited' });
    }, 60_000);

    it('restarts beside, and knows its own restart again', async () => {
      const config = { port: 8080, portVariable: 'PORT' };
      const before = (await inspect('web')).Id;
      const wish: Wish = { restart: true, since: Date.now() };
      expect(await run(config, wish)).toBe('healthy blue');
      expect((await inspect('web')).Id).not.toBe(before);
      expect(await (await targetFor(config)).read(wish, io(true))).toMatchObject({ running: true, settled: true });
    }, 60_000);

    it('runs what a template says', async () => {
      const config = { port: 8080, portVariable: 'PORT', template: true };
      const container = { name: 'web', image: `${repository()}:green@${green.digest}`, env: [{ name: 'COLOUR', value: 'green' }], workingDir: '/www' };
      const wish: Wish = { template: [{ spec: { containers: [container] } }], version: 1, since: Date.now() };
      expect(await run(config, wish)).toBe('healthy green');
      expect((await inspect('web')).Config).toMatchObject({ WorkingDir: '/www', Env: expect.arrayContaining(['COLOUR=green']) });
      expect(await (await targetFor(config)).read(wish, io())).toMatchObject({ running: true, settled: true });
    }, 60_000);

    it('says what a registry does not have, and what cannot be started', async () => {
      const config = { port: 8080, portVariable: 'PORT' };
      expect(await run(config, set('nowhere'))).toMatch(/^refused: the image cannot be pulled: .*manifest/);
      expect(await run({ ...config, command: ['/bin/nothing'] }, set('green', green))).toMatch(/^failed: it could not be started: .*\/bin\/nothing/);
      expect(await statesOf(daemon.socketPath)).toEqual({ web: 'running' });
    }, 60_000);
  });
}
