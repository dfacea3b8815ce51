/** Containers of a real podman and a real Docker behind one address: the first deployment, the next, one that fails, and the way back, while clients go on asking. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { list, parseJson, text } from '../../infra/local/json.ts';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';
import { askEngine, callsOf, isOpen } from '../local/ask-engine.ts';
import { askDaemon, type Daemon, statesOf } from './daemon.ts';
import { missingForDocker, startDocker } from './dockerd-process.ts';
import { startHammer } from './hammer.ts';
import { busybox, type PageImage, type PageOptions, writePageImage } from './image.ts';
import { missingForPodman, startPodman } from './podman-process.ts';
import { freePort, missingPrograms, type Registry, startRegistry } from './registry-process.ts';

const REPOSITORY = 'team/web';
const STORY_MS = 120_000;
const base = [...missingPrograms(), ...(busybox() === undefined ? ['busybox'] : [])];

const DAEMONS = [
  { name: 'podman, network host', network: 'host', missing: missingForPodman(), begin: (path: string, host: string) => startPodman(path, [host], 'host') },
  {
    name: 'podman, network bridge',
    network: 'bridge',
    missing: missingForPodman(),
    begin: (path: string, host: string) => startPodman(path, [host], 'bridge'),
  },
  // Registries on loopback need no TLS there.
  { name: 'Docker, network host', network: 'host', missing: missingForDocker(), begin: (path: string) => startDocker(path) },
] as const;

const colourOf = (body: string): string => /<h1>(\w+)</.exec(body)?.[1] ?? body;

for (const { name, network, begin, missing: own } of DAEMONS) {
  const missing = [...base, ...own];
  const why =
    missing.length === 0
      ? ''
      : ` (skipped: not there: ${missing.join(', ')}; apt-get install docker-registry skopeo podman runc conmon docker.io busybox-static)`;
  (missing.length === 0 ? describe : describe.skip)(`containers of ${name}${why}`, () => {
    let directory = '';
    let registry: Registry;
    let daemon: Daemon;
    let engine: Engine;
    let address = '';
    let enginePort = 0;
    const url = (): string => `http://${address}/`;

    const start = () => startEngine({ data: join(directory, 'data'), port: enginePort, docker: daemon.socketPath });
    const api = (method: string, path: string, body?: object) => askEngine(engine, method, path, body);
    const calls = (tag: string) => callsOf(engine, `trigger=release&tag=${tag}`);
    const settled = async (tag: string) => {
      for (let attempt = 0; attempt < 900; attempt += 1) {
        const [call] = await calls(tag);
        if (call !== undefined && !isOpen(call)) return call;
        await pause(100);
      }
      return (await calls(tag))[0];
    };
    let images = 0;
    const makeImage = (options: PageOptions): PageImage => {
      images += 1;
      const layout = join(directory, `image-${images}`);
      mkdirSync(layout);
      return writePageImage(layout, options);
    };
    const push = ({ from }: PageImage, tag: string) => registry.skopeo('copy', from, `{}${REPOSITORY}:${tag}`);
    const page = async (): Promise<string> => colourOf(await (await fetch(url())).text());
    const until = async (right: () => Promise<boolean>): Promise<void> => {
      for (let attempt = 0; attempt < 150 && !(await right()); attempt += 1) await pause(100);
    };
    const states = () => statesOf(daemon.socketPath);

    let blue: PageImage;
    let green: PageImage;
    let broken: PageImage;

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'docker-'));
      blue = makeImage({ colour: 'blue', revision: 'b1' });
      green = makeImage({ colour: 'green', revision: 'a2' });
      broken = makeImage({ colour: 'red', command: 'echo the door is jammed; exit 3' });
      const port = await freePort();
      daemon = await begin(join(directory, 'daemon'), `127.0.0.1:${port}`);
      enginePort = await freePort();
      address = `127.0.0.1:${await freePort()}`;
      engine = await start();
      const own = network === 'host' ? { network: 'host', portVariable: 'PORT' } : {};
      await api('POST', '/v1/applications', {
        name: 'web',
        target: { kind: 'docker', container: 'web', address, port: 8080, health: { path: '/' }, stopSeconds: 3, ...own },
      });
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
      await engine?.stop();
      await daemon?.stop();
      await registry?.stop();
      rmSync(directory, { recursive: true, force: true });
    }, 60_000);

    it(
      'the first push creates the container, and its page is behind the address',
      async () => {
        await push(blue, 'v1');
        expect(await settled('v1')).toMatchObject({ status: 'succeeded', digest: blue.digest });
        await until(async () => (await page().catch(() => '')) === 'blue');
        expect(await page()).toBe('blue');
      },
      STORY_MS,
    );

    it(
      'the next push turns it green, the way back turns it blue, and no request fails',
      async () => {
        const hammer = startHammer(url(), colourOf);
        await push(green, 'v2');
        expect(await settled('v2')).toMatchObject({ status: 'succeeded', digest: green.digest });
        await until(async () => (await page()) === 'green');
        await until(async () => (await states())['web.previous'] === 'exited');
        await push(blue, 'v3');
        expect(await settled('v3')).toMatchObject({ status: 'succeeded', digest: blue.digest });
        await until(async () => (await page()) === 'blue');
        await until(async () => (await states())['web.previous'] === 'exited');
        await hammer.stop();
        expect(hammer.failures).toEqual([]);
        expect(hammer.answers.get('green')).toBeGreaterThan(100);
        expect(hammer.answers.get('blue')).toBeGreaterThan(100);
        console.log(`${name}: ${hammer.total()} requests, ${hammer.failures.length} failed`);
      },
      STORY_MS,
    );

    it(
      'an image that does not run fails with its last words, and what ran goes on',
      async () => {
        const hammer = startHammer(url(), colourOf);
        await push(broken, 'v4');
        expect(await settled('v4')).toMatchObject({ status: 'failed', reason: 'rollout-failed', detail: expect.stringContaining('the door is jammed') });
        await hammer.stop();
        expect(hammer.failures).toEqual([]);
        expect([...hammer.answers.keys()]).toEqual(['blue']);
        expect(await states()).toEqual({ web: 'running', 'web.previous': 'exited' });
      },
      STORY_MS,
    );

    it(
      'a killed engine and a restarted daemon find their way by names and labels',
      async () => {
        await engine.kill9();
        await daemon.restart();
        engine = await start();
        await until(async () => (await page().catch(() => '')) === 'blue');
        await daemon.restart();
        await push(green, 'v5');
        expect(await settled('v5')).toMatchObject({ status: 'succeeded' });
        await until(async () => (await page()) === 'green');
        expect(await page()).toBe('green');
        // Of all that was pulled, what runs and what ran before.
        const images = list(parseJson((await askDaemon(daemon.socketPath, 'GET', '/images/json')).body, 'images'), 'images');
        expect(images).toHaveLength(2);
      },
      STORY_MS,
    );
  });
}
