/**
 * The story that this project re-creates, with real parts: an application runs blue; green is pushed to a real registry; the
 * container is pulled by digest and swapped; a browser sees the page turn green; the template shows green; the access record
 * shows what was answered; the way back is blue, and a late notification of green does not undo it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fields, list, text } from '../../infra/local/json.ts';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';
import { askEngine, callsOf } from '../local/ask-engine.ts';
import { type Browser, missingBrowser, startBrowser } from './browser.ts';
import type { Daemon } from './daemon.ts';
import { startHammer } from './hammer.ts';
import { busybox, type PageImage, writePageImage } from './image.ts';
import { missingForPodman, startPodman } from './podman-process.ts';
import { freePort, missingPrograms, type Registry, startRegistry } from './registry-process.ts';

const missing = [...missingPrograms(), ...missingForPodman(), ...missingBrowser(), ...(busybox() === undefined ? ['busybox'] : [])];
const skipped =
  missing.length === 0 ? '' : ` (skipped: not there: ${missing.join(', ')}; apt-get install docker-registry skopeo podman runc conmon busybox-static chromium)`;

const colourOf = (body: string): string => /<h1>(\w+)</.exec(body)?.[1] ?? body;

(missing.length === 0 ? describe : describe.skip)(`blue, green and back${skipped}`, () => {
  let directory = '';
  let registry: Registry;
  let daemon: Daemon;
  let engine: Engine;
  let browser: Browser;
  let blue: PageImage;
  let green: PageImage;
  let page = '';
  let webhook = '';
  let greenCall = '';

  const ask = (method: string, path: string, body?: object) => askEngine(engine, method, path, body);
  const calls = () => callsOf(engine, 'application=demo');
  /** The newest call that is so, once it has ended (or waits for a person). */
  const ended = async (isIt: (call: Readonly<Record<string, unknown>>) => boolean) => {
    for (let attempt = 0; attempt < 600; attempt += 1) {
      const found = (await calls()).find(isIt);
      if (found !== undefined && !['queued', 'running'].includes(String(found.status))) return found;
      await pause(100);
    }
    throw new Error(`no such call ended: ${JSON.stringify(await calls())}`);
  };
  const colour = () => browser.read('getComputedStyle(document.body).backgroundColor + " " + document.querySelector("h1").textContent');
  /** Looks at the page again and again until it is so; everything else that was seen on the way. */
  const watchUntil = async (wanted: string): Promise<ReadonlySet<string>> => {
    const seen = new Set<string>();
    for (let attempt = 0; attempt < 300; attempt += 1) {
      await browser.load(page);
      const now = await colour();
      seen.add(now);
      if (now === wanted) return seen;
      await pause(50);
    }
    throw new Error(`the page never was ${wanted}: ${[...seen].join(', ')}`);
  };
  const push = ({ from }: PageImage, tag: string) => registry.skopeo('copy', from, `{}acs/rollouts-demo:${tag}`);
  const GREEN = 'rgb(0, 128, 0) green';
  const BLUE = 'rgb(0, 0, 255) blue';

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'story-'));
    const layout = (colour: string): PageImage => {
      mkdirSync(join(directory, colour));
      return writePageImage(join(directory, colour), { colour, revision: `${colour}-commit` });
    };
    [blue, green] = [layout('blue'), layout('green')];
    const port = await freePort();
    const host = `127.0.0.1:${port}`;
    daemon = await startPodman(join(directory, 'podman'), [host], 'host');
    const address = `127.0.0.1:${await freePort()}`;
    page = `http://${address}/`;
    engine = await startEngine({ data: join(directory, 'data'), port: await freePort(), docker: daemon.socketPath });
    browser = await startBrowser(directory);
    await ask('POST', '/v1/applications', {
      name: 'demo',
      target: { kind: 'docker', container: 'demo', address, port: 8080, portVariable: 'PORT', network: 'host', health: { path: '/' }, stopSeconds: 2 },
      parameters: { replicas: '1' },
    });
    await ask('PUT', '/v1/applications/demo/template', {
      text: [
        'apiVersion: apps/v1',
        'kind: Deployment',
        'metadata: { name: demo }',
        'spec:',
        `  replicas: \${replicas}`,
        '  template:',
        '    spec:',
        '      containers:',
        '        - name: demo',
        `          image: '${host}/acs/rollouts-demo:none'   # whatever was pushed last`,
        '',
      ].join('\r\n'),
    });
    const trigger = await ask('POST', '/v1/triggers', {
      name: 'all',
      registry: 'distribution',
      registryHost: host,
      repository: 'acs/rollouts-demo',
      rule: { mode: 'all' },
      application: 'demo',
    });
    webhook = text(trigger.url, 'url');
    registry = await startRegistry(directory, port, webhook);
  }, 120_000);
  afterAll(async () => {
    await browser?.stop();
    await engine?.stop();
    await daemon?.stop();
    await registry?.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  it('the application runs blue', async () => {
    await push(blue, 'blue');
    expect(await ended(({ tag }) => tag === 'blue')).toMatchObject({
      status: 'succeeded',
      digest: blue.digest,
      version: 2,
      commit: { revision: 'blue-commit' },
    });
    // The engine hears of the new container and opens the address.
    for (let attempt = 0; attempt < 100 && (await fetch(page).catch(() => undefined)) === undefined; attempt += 1) await pause(50);
    await watchUntil(BLUE);
  }, 60_000);

  it('green is pushed: the page turns green, and every request on the way was answered', async () => {
    const hammer = startHammer(page, colourOf);
    const began = Date.now();
    await push(green, 'green');
    expect([...(await watchUntil(GREEN))].sort()).toEqual([BLUE, GREEN].sort());
    console.log(`skopeo push to a green page in the browser: ${Date.now() - began} ms`);
    const call = await ended(({ tag }) => tag === 'green');
    expect(call).toMatchObject({ status: 'succeeded', digest: green.digest, version: 3 });
    greenCall = text(call.id, 'id');
    await hammer.stop();
    expect(hammer.failures).toEqual([]);
    expect(hammer.answers.get('green')).toBeGreaterThan(10);
    console.log(`${hammer.total()} requests during the switch, ${hammer.failures.length} failed`);
    if (process.env.SCREENSHOT !== undefined) writeFileSync(process.env.SCREENSHOT, Buffer.from(await browser.screenshot(), 'base64'));
  }, 60_000);

  it('the template shows green, and nothing else in it changed', async () => {
    const template = await ask('GET', '/v1/applications/demo/template');
    expect(template).toMatchObject({ version: 3, call: greenCall });
    const line = `          image: '${registry.host}/acs/rollouts-demo:green@${green.digest}'   # whatever was pushed last`;
    expect(String(template.text).split('\r\n')).toEqual([
      'apiVersion: apps/v1',
      'kind: Deployment',
      'metadata: { name: demo }',
      'spec:',
      `  replicas: \${replicas}`,
      '  template:',
      '    spec:',
      '      containers:',
      '        - name: demo',
      line,
      '',
    ]);
    expect(await ask('GET', '/v1/applications/demo')).toMatchObject({ status: { sync: 'synced', health: 'healthy', template: { newest: 3, deployed: 3 } } });
  });

  it('the access record shows what was asked and answered', async () => {
    const { attempts } = await ask('GET', `/v1/calls/${greenCall}`);
    const [attempt] = list(attempts, 'attempts').map((each) => fields(each, 'attempt'));
    expect(attempt).toMatchObject({ n: 1, outcome: 'applied', response: { status: expect.any(Number), body: { text: expect.stringMatching(/\S/) } } });
  });

  it('rolled back, the page is blue again, and neither a late retry nor another push of green undoes it', async () => {
    const rollback = await ask('POST', '/v1/applications/demo/rollback', { why: 'green is not what we wanted' });
    expect(await ended(({ id }) => id === rollback.id)).toMatchObject({ status: 'succeeded', tag: 'blue', version: 4 });
    await watchUntil(BLUE);

    const late = await fetch(webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.docker.distribution.events.v1+json' },
      body: JSON.stringify({
        events: [
          {
            id: 'a-late-retry',
            timestamp: new Date().toISOString(),
            action: 'push',
            target: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: green.digest, repository: 'acs/rollouts-demo', tag: 'green' },
            request: { host: registry.host },
          },
        ],
      }),
    });
    expect(await late.json()).toMatchObject({ code: '202', message: 'accepted', pushes: 1 });
    await push(green, 'green');
    await ask('POST', `/v1/calls/${greenCall}/redeliver`);
    const isLate = ({ tag, id }: Readonly<Record<string, unknown>>): boolean => tag === 'green' && id !== greenCall;
    const open = ({ status }: Readonly<Record<string, unknown>>): boolean => status === 'queued' || status === 'running';
    const lateCalls = async () => (await calls()).filter(isLate);
    for (let attempt = 0; attempt < 200 && ((await lateCalls()).length < 3 || (await lateCalls()).some(open)); attempt += 1) await pause(100);
    expect((await lateCalls()).map(({ status, reason, by }) => ({ status, reason, by }))).toEqual(
      Array(3).fill({ status: 'skipped', reason: 'rolled-back', by: rollback.id }),
    );
    await browser.load(page);
    expect(await colour()).toBe(BLUE);
    expect(await ask('GET', '/v1/applications/demo')).toMatchObject({
      status: { sync: 'synced', template: { newest: 4, deployed: 4 }, hold: { call: rollback.id }, running: [{ tag: 'blue' }] },
    });
  }, 60_000);
});
