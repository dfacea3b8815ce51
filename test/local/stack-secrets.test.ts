/** The secret of the stack on one machine: made once, private, and what is sealed under it opens after a crash; with the real functions behind the real routes. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { text } from '../../infra/local/json.ts';
import { makeStackSecrets } from '../../infra/local/stack-secrets.ts';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';
import { askEngine } from './ask-engine.ts';

const data = mkdtempSync(join(tmpdir(), 'stack-secret-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

describe('the files', () => {
  it('are as long as the template says, for this user alone, and never made again', () => {
    const directory = join(data, 'alone', 'secrets');
    makeStackSecrets(directory, [
      { name: 'one', characters: 64 },
      { name: 'two', characters: 40 },
    ]);
    const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
    const before = [read('one'), read('two')];
    expect(before).toEqual([expect.stringMatching(/^[A-Za-z0-9]{64}$/), expect.stringMatching(/^[A-Za-z0-9]{40}$/)]);
    expect(statSync(join(directory, 'one')).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    makeStackSecrets(directory, [
      { name: 'one', characters: 64 },
      { name: 'two', characters: 40 },
    ]);
    expect([read('one'), read('two')]).toEqual(before);
    expect(readdirSync(directory).sort()).toEqual(['one', 'two']);
  });
});

const BODY = readFileSync(new URL('../fixtures/registries/ghcr/package-published-user-multiarch-2025.json', import.meta.url));

test('a signed delivery is taken, one with another secret is not, also after a crash; without the secret of the stack the sender comes again', async () => {
  const start = (): Promise<Engine> => startEngine({ data: join(data, 'engine') });
  const deliver = async (url: string, secret: string): Promise<number> => {
    const signature = `sha256=${createHmac('sha256', secret).update(BODY).digest('hex')}`;
    const headers = { 'content-type': 'application/json', 'x-github-event': 'package', 'X-Hub-Signature-256': signature };
    return (await fetch(url, { method: 'POST', headers, body: BODY })).status;
  };
  let engine = await start();
  const made = await askEngine(engine, 'POST', '/v1/hooks', { name: 'gh', registry: 'ghcr', credential: { by: 'hmac', secret: 'canary-secret' } });
  const path = new URL(text(made.url, 'url')).pathname;
  try {
    expect([await deliver(engine.url + path, 'canary-secret'), await deliver(engine.url + path, 'another')]).toEqual([202, 401]);
    await engine.kill9();
    engine = await start();
    expect([await deliver(engine.url + path, 'canary-secret'), await deliver(engine.url + path, 'another')]).toEqual([202, 401]);
    await engine.kill9();

    const [name = ''] = readdirSync(join(data, 'engine', 'secrets'));
    writeFileSync(join(data, 'engine', 'secrets', name), '');
    engine = await start();
    expect(await deliver(engine.url + path, 'canary-secret')).toBe(503);
    const logs = join(data, 'engine', 'logs');
    const logged = readdirSync(logs).map((file) => readFileSync(join(logs, file), 'utf8'));
    expect(logged.join()).toContain('secret.unread');
    expect(logged.join()).not.toContain('canary');
  } finally {
    await engine.stop();
  }
}, 120_000);
