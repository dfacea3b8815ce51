/** The page in a real browser: the address that `open` prints, once, and what is to be seen and done there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';
import { runCommand } from '../cli/command-line.ts';
import { type Browser, missingBrowser, startBrowser } from './browser.ts';
import { freePort } from './registry-process.ts';

const missing = missingBrowser();
const skipped = missing.length === 0 ? '' : ' (skipped: not there: chromium; apt-get install chromium)';

(missing.length === 0 ? describe : describe.skip)(`the page${skipped}`, () => {
  let directory = '';
  let engine: Engine;
  let browser: Browser;
  const run = async (args: string): Promise<string> => {
    const ran = await runCommand(args, { env: { IMAGE_TRIGGERS_DATA: join(directory, 'data') } });
    expect(ran.code, `${args}: ${ran.err}`).toBe(0);
    return ran.out;
  };
  /** Until the page says so: a form leads there by more than one answer. */
  const until = async (expression: string): Promise<void> => {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if ((await browser.read(expression)) === 'true') return;
      await pause(50);
    }
    throw new Error(`never so: ${expression}; the page: ${await browser.read('location.href + " " + document.body.innerText')}`);
  };
  const shot = async (name: string): Promise<void> => {
    if (process.env.SCREENSHOTS !== undefined) writeFileSync(join(process.env.SCREENSHOTS, `${name}.png`), Buffer.from(await browser.screenshot(), 'base64'));
  };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'console-'));
    engine = await startEngine({ data: join(directory, 'data'), port: await freePort() });
    browser = await startBrowser(directory);
    await run('application create web --http https://web.invalid/deploy');
    await run('trigger create release --registry generic --registry-host registry.example --repository registry.example/shop/web --tag v1 --application web');
  }, 120_000);
  afterAll(async () => {
    await browser?.stop();
    await engine?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('opens by an address that is good once, shows the application, and holds and releases it', async () => {
    const address = (await run('open --print -o name')).trim();
    await browser.load(address);
    await until('String(location.pathname === "/console/applications" && document.body.innerText.includes("web"))');
    await shot('applications');
    await browser.load(`${engine.url}/console/applications/web`);
    await browser.read('document.querySelector("form[action$=\'/hold\'] button").click()');
    await until('String(document.querySelector("form[action$=\'/release\']") !== null)');
    await shot('held');
    expect(await run('application show web')).toContain('On hold');
    await browser.read('document.querySelector("form[action$=\'/release\'] button").click()');
    await until('String(document.querySelector("form[action$=\'/hold\']") !== null)');
    await browser.load(`${engine.url}/console/explain?image=registry.example/shop/web:v1`);
    expect(await browser.read('document.body.innerText')).toContain('release');
    await shot('explain');
    await browser.load(`${engine.url}/console/calls`);
    await shot('calls');

    await browser.load('about:blank');
    await browser.load(address);
    await until('String(document.body.innerText.includes("used before"))');
  }, 120_000);
});
