/** A headless Chromium, driven over its debugging protocol by the WebSocket that Node has: one page, looked at as a person would. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fields, parseJson, text } from '../../infra/local/json.ts';

export const missingBrowser = (): readonly string[] => (spawnSync('chromium', ['--version'], { stdio: 'ignore' }).status === 0 ? [] : ['chromium']);

export interface Browser {
  /** Loads the page (anew), and waits until it is there. */
  load(url: string): Promise<void>;
  /** The value of an expression in the page, as text. */
  read(expression: string): Promise<string>;
  /** As PNG, in base64. */
  screenshot(): Promise<string>;
  stop(): Promise<void>;
}

const LOAD_MS = 20_000;

export const startBrowser = async (directory: string): Promise<Browser> => {
  const profile = join(directory, 'chromium');
  mkdirSync(profile, { recursive: true });
  const child = spawn(
    'chromium',
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-dev-shm-usage',
      `--user-data-dir=${profile}`,
      '--remote-debugging-port=0',
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(child, 'exit');
  const port = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (piece) => {
      said += String(piece);
      const found = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(`chromium ended: ${said.slice(-500)}`)));
  });
  const pages: unknown = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
  const [page] = Array.isArray(pages) ? pages.filter((each) => fields(each, 'target').type === 'page') : [];
  const socket = new WebSocket(text(fields(page, 'page').webSocketDebuggerUrl, 'webSocketDebuggerUrl'));
  await once(socket, 'open');

  const waiting = new Map<unknown, (answer: Readonly<Record<string, unknown>>) => void>();
  const events = new EventTarget();
  socket.addEventListener('message', ({ data }) => {
    const message = fields(parseJson(String(data), 'a message of chromium'), 'message');
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
    if (typeof message.method === 'string') events.dispatchEvent(new Event(message.method));
  });
  let last = 0;
  const ask = async (method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> => {
    last += 1;
    const id = last;
    const answer = new Promise<Readonly<Record<string, unknown>>>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { error, result } = await answer;
    if (error !== undefined) throw new Error(`chromium: ${method}: ${JSON.stringify(error)}`);
    return fields(result, 'result');
  };
  await ask('Page.enable');
  await ask('Network.enable');
  // The page has no date that a cache could go by, and is to be seen as it is now.
  await ask('Network.setCacheDisabled', { cacheDisabled: true });

  return {
    load: async (url) => {
      const loaded = once(events, 'Page.loadEventFired', { signal: AbortSignal.timeout(LOAD_MS) });
      const { errorText } = await ask('Page.navigate', { url });
      if (errorText !== undefined) throw new Error(`chromium could not load ${url}: ${String(errorText)}`);
      await loaded;
    },
    read: async (expression) => String(fields((await ask('Runtime.evaluate', { expression, returnByValue: true })).result, 'result').value),
    screenshot: async () => text((await ask('Page.captureScreenshot', { format: 'png' })).data, 'data'),
    stop: async () => {
      socket.close();
      child.kill();
      await exited;
      rmSync(profile, { recursive: true, force: true });
    },
  };
};
