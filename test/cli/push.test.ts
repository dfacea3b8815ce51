/** `push send`, `hook test` and `hook deliveries` against the API, and a real door of ingest that takes what is posted. */

import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Credential } from '../../functions/core/definitions.ts';
import { deliveryRecord } from '../../functions/core/delivery-record.ts';
import { hashToken } from '../../functions/hooks/token.ts';
import { ingest } from '../../functions/ingest/ingest.ts';
import { makeDeliveryNote } from '../../functions/store/deliveries.ts';
import { HTTP, must, START } from '../api/api.ts';
import { type Bench, makeBench } from '../stages/bench.ts';
import { hook, TOKEN } from '../stages/given.ts';
import { type CommandLine, listen, startCommandLine } from './command-line.ts';

let cli: CommandLine;
let door: Server;
let url: string;
let bench: Bench;
const posted: { readonly headers: IncomingHttpHeaders; readonly path: string }[] = [];

beforeAll(async () => {
  cli = await startCommandLine();
  await must(cli.api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
  await must(cli.api, 201, 'POST', '/v1/hooks', { name: 'hub', registry: 'harbor', registryHost: 'registry.example.com' });
  await must(cli.api, 201, 'POST', '/v1/triggers', { name: 'web', hook: 'hub', repository: 'shop/web', application: 'web' });
  bench = makeBench();
  door = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(Buffer.from(part));
    posted.push({ headers: request.headers, path: request.url ?? '' });
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const delivery = { method: request.method ?? '', headers, query: {}, body: Buffer.concat(parts) };
    const { status, message } = await ingest((request.url ?? '').replace('/hooks/', ''), delivery, bench.ports.ingest);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ code: String(status), message }));
  });
  url = await listen(door);
});
afterEach(() => {
  posted.splice(0);
  bench.enqueued.splice(0);
  cli.api.pushed.splice(0);
});
afterAll(async () => {
  door.closeAllConnections();
  door.close();
  await cli.stop();
});

/** The hook behind the door. */
const behind = (registry: string, credential?: Credential): void => {
  const { registryHost: _, ...anyHost } = hook({ registry, hostAliases: [] });
  bench.memory.hooks.set('hub', { ...anyHost, ...(credential === undefined ? {} : { credential }) });
};
const file = async (name: string, text: string): Promise<string> => {
  const path = join(cli.data, name);
  await writeFile(path, text);
  return path;
};
const urlFile = () => file('url.txt', `${url}/hooks/${TOKEN}\n`);
const stored = (text: string) => ({ sha256: hashToken(text), createdAt: 0 });

describe('push send to a webhook URL', () => {
  test('posts what the registry would, and prints the answer', async () => {
    behind('harbor');
    const ran = await cli.run(`push send --registry harbor --repository registry.example.com/shop/web --tag v1 --url-file ${await urlFile()}`);
    expect(ran).toEqual({ code: 0, out: '202 accepted\n', err: 'Next: image-triggers hook deliveries hub\n' });
    expect(bench.enqueued).toMatchObject([{ pushes: [{ repository: 'registry.example.com/shop/web', tag: 'v1' }] }]);
    expect(posted[0]?.path).toBe(`/hooks/${TOKEN}`);
  });

  test.each([
    ['ghcr', 'shop/web', 'ghcr.io/shop/web'],
    ['cloudsmith', 'org/repo/web', 'docker.cloudsmith.io/org/repo/web'],
    ['gitea', 'git.example.com/shop/web', 'git.example.com/shop/web'],
    ['artifactory', 'example.jfrog.io/docker-local/web', 'example.jfrog.io/docker-local/web'],
  ])('%s signs it with the secret of the file', async (registry, repository, pushed) => {
    const sealed = await bench.proving.sealed.seal('hub', 'canary-secret');
    behind(registry, { by: 'hmac', secrets: [{ sealed: sealed ?? '', createdAt: 0 }] });
    const secret = await file('secret.txt', 'canary-secret\n');
    const send = `push send --registry ${registry} --repository ${repository} --tag v1 --url-file ${await urlFile()} --credential hmac --credential-file`;
    expect(await cli.run(`${send} ${secret}`)).toMatchObject({ code: 0, out: '202 accepted\n' });
    expect(bench.enqueued).toMatchObject([{ pushes: [{ repository: pushed }] }]);
    const wrong = await cli.run(`${send} -`, { stdin: 'another-secret' });
    expect(wrong).toMatchObject({ code: 1, out: expect.stringMatching(/^401 /), err: expect.stringContaining('not taken (401)') });
  });

  test.each<[string, string, Credential]>([
    ['header', 'Bearer canary', { by: 'header', name: 'authorization', values: [stored('Bearer canary')] }],
    ['header:X-Key', 'canary-value', { by: 'header', name: 'x-key', values: [stored('canary-value')] }],
    ['basic:ci', 'canary-word', { by: 'basic', values: [stored('ci:canary-word')] }],
  ])('with the credential %s', async (kind, text, credential) => {
    behind('zot', credential);
    bench.memory.hooks.set('hub', { ...hook({ registry: 'zot', credential }) });
    const send = `push send --registry zot --repository registry.example.com/shop/web --tag v1 --url-file ${await urlFile()}`;
    expect(await cli.run(send)).toMatchObject({ code: 1, out: expect.stringMatching(/^401 /) });
    expect(await cli.run(`${send} --credential ${kind} --credential-file -`, { stdin: text })).toMatchObject({ code: 0, out: '202 accepted\n' });
  });

  test('what is ignored is no failure, and says why; what is no hook fails', async () => {
    behind('harbor');
    const ran = await cli.run(`push send --registry quay --repository quay.io/shop/web --tag v1 --url-file ${await urlFile()}`);
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('looks like Quay') });
    const other = await file('other.txt', `${url}/hooks/it_hub_nothing`);
    expect(await cli.run(`push send --registry quay --repository quay.io/shop/web --tag v1 --url-file ${other}`)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^404 /),
    });
  });

  test('dry, it shows what would be posted without a secret, and needs no URL', async () => {
    const secret = await file('secret.txt', 'canary-secret');
    const args = `push send --registry ghcr --repository shop/web --tag v1 --credential hmac --credential-file ${secret} --dry-run`;
    const ran = await cli.ok(args);
    expect(ran.out).toMatch(/^POST\n[\s\S]*x-hub-signature-256: \(left out\)\n\n\{\n/);
    const { headers, body, dryRun } = JSON.parse((await cli.ok(`${args} -o json`)).out);
    expect([dryRun, headers['x-hub-signature-256'], JSON.parse(body).action]).toEqual([true, '(left out)', 'published']);
    expect(posted).toEqual([]);
  });

  test.each([
    ['--registry nobody --repository a.example/b --tag v1 --dry-run', /give one of alibaba-acr, app-center/],
    ['--registry harbor --repository shop/web --tag v1 --dry-run', /names no registry: give HOST\/PATH/],
    ['--registry harbor --repository a.example/b//c --tag v1 --dry-run', /--repository: /],
    ['--registry harbor --repository a.example/b --tag -x --dry-run', /argument missing|--tag/],
    ['--registry harbor --repository a.example/b --tag v1 --digest sha256:1 --dry-run', /--digest is/],
    ['--registry harbor --repository a.example/b --tag v1', /--url-file FILE/],
    ['--repository a.example/b --tag v1', /give --registry and --url-file/],
    ['--hook hub --registry harbor --repository a.example/b --tag v1', /--hook needs neither/],
    ['--registry quay --repository quay.io/a/b --tag v1 --dry-run --credential hmac --credential-file -', /Quay signs nothing/],
    ['--registry google --repository gcr.io/a/b --tag v1 --dry-run --credential oidc:x', /cannot be made here/],
    ['--registry harbor --repository a.example/b --tag v1 --url-file - --credential header --credential-file -', /standard input can be one of/],
    ['--registry harbor --repository a.example/b --tag v1 --url-file -', /is no webhook URL/],
  ])('asked wrongly: %s', async (flags, why) => {
    expect(await cli.run(`push send ${flags}`, { stdin: 'canary not a URL' })).toMatchObject({ code: 2, out: '', err: expect.stringMatching(why) });
    expect(posted).toEqual([]);
  });

  test('nobody there: only where it leads is said', async () => {
    const gone = await file('gone.txt', `http://127.0.0.1:9/hooks/${TOKEN}`);
    const ran = await cli.run(`push send --registry quay --repository quay.io/shop/web --tag v1 --url-file ${gone}`);
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('http://127.0.0.1:9 does not answer') });
    expect(ran.err).not.toContain(TOKEN);
  });
});

describe('a hook tried', () => {
  test('it is put into the queue, and what it fires is shown', async () => {
    for (const command of ['hook test hub', 'push send --hook hub']) {
      const ran = await cli.ok(`${command} --repository shop/web --tag v1`);
      expect(ran.out).toMatch(/TRIGGER +FIRES/);
      expect(ran.err).toMatch(/on its way as if harbor had sent it[\s\S]*Try: image-triggers hook deliveries hub\n/);
      expect(cli.api.pushed.splice(0)).toMatchObject([{ hook: 'hub', pushes: [{ source: 'test' }] }]);
    }
  });

  test('dry, nothing goes anywhere', async () => {
    for (const command of ['hook test hub', 'push send --hook hub']) {
      expect((await cli.ok(`${command} --repository shop/web --tag v1 --dry-run -o name`)).out).toBe('web\n');
      expect(cli.api.pushed).toEqual([]);
    }
  });
});

test('deliveries are listed with what is near, and shown with their hook', async () => {
  expect(await cli.ok('hook deliveries hub')).toMatchObject({ out: '', err: expect.stringContaining('image-triggers hook test hub') });
  const note = makeDeliveryNote(cli.api.tables);
  const record = { hook: 'hub', status: 202, references: ['registry.example.com/shop/wep:v1'] };
  await note(deliveryRecord({ ...record, id: '01JZ0000000000000000000001', at: START, verdict: 'unheard', why: 'no trigger names the repository' }));
  const calls = ['01JZ0000000000000000000002.web'];
  await note(deliveryRecord({ ...record, id: '01JZ0000000000000000000002', at: START + 1, verdict: 'fired', calls, source: 'test' }));
  const ran = await cli.ok('hook deliveries hub');
  expect(ran.out).toMatch(
    /TIME \(UTC\) +VERDICT +SPOKE OF +WHY\n.*fired \(test\).*\n.*unheard.*no trigger names the repository · near: web \(registry.example.com\/shop\/web\): its path differs/,
  );
  expect((await cli.ok('hook deliveries hub -o wide')).out).toContain(calls[0]);
  expect((await cli.ok('hook deliveries hub -o name')).out).toBe('01JZ0000000000000000000002\n01JZ0000000000000000000001\n');
  expect((await cli.ok('hook show hub')).out).toMatch(/Name: +hub[\s\S]*\n\nTIME \(UTC\)/);
  expect(JSON.parse((await cli.ok('hook show hub -o json')).out)).toMatchObject({ name: 'hub' });
});

test('of a hook that is disabled it is told first that nothing is taken', async () => {
  await must(cli.api, 200, 'POST', '/v1/hooks/hub/disable');
  for (const command of ['hook deliveries hub', 'hook show hub'])
    expect((await cli.ok(command)).err).toMatch(/the hook hub is disabled: .*\nTry: image-triggers hook enable hub\n$/);
  await must(cli.api, 200, 'POST', '/v1/hooks/hub/enable');
});
