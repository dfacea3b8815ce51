/** `hook connect` against the webhook APIs of the four registries, and against servers that are none, or lie. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { deliveryRecord, type Verdict } from '../../functions/core/delivery-record.ts';
import { fields, list } from '../../functions/core/fields.ts';
import { hashToken, readToken } from '../../functions/hooks/token.ts';
import { makeDeliveryNote } from '../../functions/store/deliveries.ts';
import { makeHookOf } from '../../functions/store/hook-of.ts';
import { parseBase, registryApi } from '../../infra/cli/registry-api.ts';
import { START } from '../api/api.ts';
import { type CommandLine, listen, type Ran, startCommandLine } from './command-line.ts';
import {
  type Answer,
  AZURE_ID,
  azureVendor,
  type FakeRegistry,
  giteaVendor,
  githubVendor,
  harborVendor,
  startRegistry,
  type Vendor,
} from './fake-registries.ts';

let cli: CommandLine;
const started: FakeRegistry[] = [];
/** Everything that any run printed. */
const said: string[] = [];
beforeAll(async () => {
  cli = await startCommandLine();
});
afterEach(() => {
  for (const each of started.splice(0)) each.stop();
  cli.api.clock.now = START;
});
afterAll(() => cli.stop());

const start = async (answer: Parameters<typeof startRegistry>[0]): Promise<FakeRegistry> => {
  const registry = await startRegistry(answer);
  started.push(registry);
  return registry;
};
const run = async (args: string, stdin?: string, pause?: () => Promise<void>): Promise<Ran> => {
  const ran = await cli.run(args, { ...(stdin === undefined ? {} : { stdin }), ...(pause === undefined ? {} : { pause }) });
  said.push(ran.out, ran.err);
  return ran;
};
const file = async (name: string, text: string): Promise<string> => {
  const path = join(cli.data, name);
  await writeFile(path, text);
  return path;
};
const hook = (name: string) => makeHookOf(cli.api.tables)(name);
const tokensOf = async (name: string): Promise<readonly string[]> => (await hook(name))?.tokens.map(({ sha256 }) => sha256) ?? [];
/** The hash of a token in a webhook URL, as the hook keeps it. */
const hashIn = (url: string): string => {
  const read = readToken(url.replace('https://hooks.example/hooks/', ''));
  return read.ok ? hashToken(read.value.token) : '';
};

let arrived = 0;
const arrives = (name: string, verdict: Verdict, why: string): Promise<void> => {
  arrived += 1;
  return makeDeliveryNote(cli.api.tables)(
    deliveryRecord({ id: `01JZ${String(arrived).padStart(22, '0')}`, hook: name, at: START, verdict, why, references: [] }),
  );
};

interface Case {
  readonly registry: string;
  readonly vendor: () => Vendor;
  readonly place: string;
  readonly elsewhere: string;
  readonly user: string;
  readonly by: 'hmac' | 'header';
  urlOf(kept: Readonly<Record<string, unknown>>): string;
  secretOf(kept: Readonly<Record<string, unknown>>): unknown;
}

const config = (kept: Readonly<Record<string, unknown>>) => fields(kept.config);
const target = (kept: Readonly<Record<string, unknown>>) => list(kept.targets)[0] ?? {};
const properties = (kept: Readonly<Record<string, unknown>>) => fields(kept.properties);
const CASES: readonly Case[] = [
  {
    registry: 'harbor',
    vendor: harborVendor,
    place: 'library',
    elsewhere: 'other',
    user: ' --user admin',
    by: 'header',
    urlOf: (kept) => String(target(kept).address),
    secretOf: (kept) => target(kept).auth_header,
  },
  {
    registry: 'gitea',
    vendor: giteaVendor,
    place: 'shop/web',
    elsewhere: 'other',
    user: '',
    by: 'hmac',
    urlOf: (kept) => String(config(kept).url),
    secretOf: (kept) => config(kept).secret || undefined,
  },
  {
    registry: 'ghcr',
    vendor: githubVendor,
    place: 'shop/web',
    elsewhere: 'other',
    user: '',
    by: 'hmac',
    urlOf: (kept) => String(config(kept).url),
    secretOf: (kept) => config(kept).secret,
  },
  {
    registry: 'azure-acr',
    vendor: azureVendor,
    place: AZURE_ID,
    elsewhere: AZURE_ID.replace('shopimages', 'otherimages'),
    user: '',
    by: 'header',
    urlOf: (kept) => String(properties(kept).serviceUri),
    secretOf: (kept) => Object.values(fields(properties(kept).customHeaders))[0],
  },
];

describe.each(CASES)('$registry', ({ registry, vendor, place, elsewhere, user, by, urlOf, secretOf }) => {
  const begin = async (name: string, credential?: object) => {
    const made = vendor();
    const others = made.webhooks.size;
    const server = await start(made.answer);
    const created = await cli.api.ask('POST', '/v1/hooks', { name, registry, registryHost: 'r.example', ...(credential === undefined ? {} : { credential }) });
    expect(created.status).toBe(201);
    const connect = (more = '', token = 'right-token', where = place, pause?: () => Promise<void>) =>
      run(`hook connect ${name} --for ${where}${user} --at ${server.url} --token-file -${more}`, `${token}\n`, pause);
    return { made, server, connect, ours: () => [...made.webhooks.values()].slice(others) };
  };

  test('makes the webhook with a second URL of the hook, and says that nothing came yet', async () => {
    const { connect, ours } = await begin(`plain-${registry}`);
    const before = await tokensOf(`plain-${registry}`);
    const ran = await connect();
    expect(ran, ran.err).toMatchObject({ code: 0 });
    expect(ran.out).toMatch(/Deliveries go to: +https:\/\/hooks\.example\nWebhook: +\S+, made\n/);
    expect(ran.err).not.toContain('--public-url');
    expect(ran.out).toMatch(/Previous URL valid until: +2026-07-07/);
    expect(ran.err).toMatch(/Waiting up to 30 s .*\nNothing came in 30 s.*\nNext: push an image/);
    expect(ours()).toHaveLength(1);
    const after = await tokensOf(`plain-${registry}`);
    expect(after).toEqual([hashIn(urlOf(ours()[0] ?? {})), before[0]]);
    expect(secretOf(ours()[0] ?? {})).toBeUndefined();
  });

  test('waits for the first delivery, whatever came before, and says what it was', async () => {
    const name = `waits-${registry}`;
    const { connect, made } = await begin(name);
    await arrives(name, 'ignored', 'of before');
    let pauses = 0;
    const ran = await connect(' -o json', 'right-token', place, async () => {
      pauses += 1;
      if (pauses === 3) await arrives(name, 'ignored', 'a ping of the webhook');
    });
    expect(ran, ran.err).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(ran.out)).toMatchObject({ name, delivery: { verdict: 'ignored', why: 'a ping of the webhook' } });
    expect(pauses).toBe(3);
    const again = await connect(' --keep newest --yes', 'right-token', place, () => arrives(name, 'ignored', 'another'));
    expect(again.err).toMatch(/reached the hook: ignored, another\.\nNext: push an image/);
    // Where its API can, it is told to send one.
    expect((made.pinged ?? []).length > 0).toBe(['ghcr', 'azure-acr'].includes(registry));
  });

  test('a first delivery that is refused is a failure; --wait 0 does not wait', async () => {
    const name = `refused-${registry}`;
    const { connect } = await begin(name);
    const ran = await connect('', 'right-token', place, () => arrives(name, 'refused', 'no signature'));
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/reached the hook: refused, no signature\nTry: .*--new-secret/) });
    const quick = await connect(' --wait 0 --keep newest --yes', 'right-token', place, () => Promise.reject(new Error('it waited')));
    expect(quick).toMatchObject({ code: 0, err: expect.stringContaining('Nothing is known of a delivery yet.') });
  });

  test('again it changes the same one; two valid URLs are told before anything is asked', async () => {
    const name = `again-${registry}`;
    const { connect, ours, server } = await begin(name);
    await connect();
    const asked = server.asked.length;
    expect(await connect()).toMatchObject({ code: 1, err: expect.stringMatching(/two URLs .* valid already.*--keep newest/) });
    expect(server.asked).toHaveLength(asked);
    const [first] = await tokensOf(name);
    const ran = await connect(' --keep newest --yes');
    expect(ran, ran.err).toMatchObject({ code: 0, out: expect.stringMatching(/, changed\n/) });
    expect(ours()).toHaveLength(1);
    expect(await tokensOf(name)).toEqual([hashIn(urlOf(ours()[0] ?? {})), first]);
    await connect(' --keep former --yes');
    expect(ours()).toHaveLength(1);
    expect(await tokensOf(name)).toEqual([hashIn(urlOf(ours()[0] ?? {})), first]);
  });

  test('--new-secret gives the same one to both; another keeps the former valid', async () => {
    const name = `secret-${registry}`;
    const { connect, ours } = await begin(name);
    const stored = async (): Promise<readonly unknown[]> => {
      const credential = (await hook(name))?.credential;
      if (credential?.by === 'hmac')
        return Promise.all(credential.secrets.map(async ({ sealed }) => fields(await cli.api.proving.sealed.open(name, sealed)).text));
      return credential?.by === 'header' ? credential.values.map(({ sha256 }) => sha256) : [];
    };
    const kept = (): unknown => (by === 'hmac' ? secretOf(ours()[0] ?? {}) : hashToken(String(secretOf(ours()[0] ?? {}))));
    const ran = await connect(' --new-secret');
    expect(ran, ran.err).toMatchObject({ code: 0, out: expect.stringContaining(by === 'hmac' ? 'URL and signature' : 'URL and header') });
    const first = kept();
    expect(await stored()).toEqual([first]);
    expect(await connect(' --new-secret --keep former --yes')).toMatchObject({ code: 0 });
    expect(await stored()).toEqual([kept(), first]);
    expect(kept()).not.toBe(first);
    expect(`${ran.out}${ran.err}`).not.toContain(String(secretOf(ours()[0] ?? {})));
  });

  test('a secret that the hook has is given from a file, and asked for', async () => {
    const name = `has-${registry}`;
    const text = 'Bearer canary-secret';
    const { connect, ours } = await begin(name, by === 'hmac' ? { by, secret: text } : { by, value: text });
    expect(await connect()).toMatchObject({ code: 2, err: expect.stringMatching(/--secret-file.*--new-secret/) });
    expect(await tokensOf(name)).toHaveLength(1);
    expect(await connect(` --secret-file ${await file('secret.txt', `${text}\n`)}`)).toMatchObject({ code: 0 });
    expect(secretOf(ours()[0] ?? {})).toBe(text);
  });

  test('with the URL in a file nothing is rotated', async () => {
    const name = `given-${registry}`;
    const { connect, ours } = await begin(name);
    const { url } = fields((await cli.api.ask('POST', `/v1/hooks/${name}/rotate`)).body);
    const before = await tokensOf(name);
    expect(await connect(` --url-file ${await file('url.txt', `${String(url)}\n`)}`)).toMatchObject({ code: 0 });
    expect(urlOf(ours()[0] ?? {})).toBe(url);
    expect(await tokensOf(name)).toEqual(before);
  });

  test('that of another stack, for a hook of the same name, stays as it is', async () => {
    const name = `twin-${registry}`;
    const { connect, ours, made } = await begin(name);
    await connect();
    const [[id, kept] = [0, {}]] = [...made.webhooks].slice(-1);
    const theirs = JSON.parse(JSON.stringify(kept).replace('https://hooks.example/', 'https://hooks.other.example/').replace('image-triggers-', 'theirs-'));
    made.webhooks.set(id, theirs);
    expect(await connect(' --keep former --yes')).toMatchObject({ code: 0, out: expect.stringContaining(', made') });
    expect(ours()).toHaveLength(2);
    expect(made.webhooks.get(id)).toEqual(theirs);
  });

  test('a wrong credential or place changes nothing, neither there nor here', async () => {
    const name = `wrong-${registry}`;
    const { connect, ours, server } = await begin(name);
    const wrong = await connect(' --new-secret', 'wrong-canary-token');
    expect(wrong).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/refuses the credential \(401: .*it has to be valid, and may need /) });
    const where = await connect('', 'right-token', elsewhere);
    expect(where).toMatchObject({ code: 1, err: expect.stringMatching(/nothing there .*\(404: .*--for/) });
    expect(ours()).toEqual([]);
    expect(server.asked.every(({ method }) => method === 'GET')).toBe(true);
    expect(await tokensOf(name)).toHaveLength(1);
    expect((await hook(name))?.credential).toBeUndefined();
  });

  test('a write that fails takes the new credential back and says what the hook has', async () => {
    const name = `fails-${registry}`;
    const made = vendor();
    const server = await start((asked) =>
      asked.method === 'GET' || asked.path.includes('getCallbackConfig')
        ? made.answer(asked)
        : { status: 500, body: { message: `no ${JSON.stringify(asked.body)}` } },
    );
    await cli.api.ask('POST', '/v1/hooks', { name, registry, registryHost: 'r.example' });
    const ran = await run(`hook connect ${name} --for ${place}${user} --at ${server.url} --token-file - --new-secret`, 'right-token');
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/did not take it \(500: .*\n.*second URL.*--keep former/) });
    expect(ran.err).not.toMatch(/it_fails|Bearer [\w-]{20}/);
    const sent = server.asked.at(-1)?.body ?? {};
    expect(ran.err).not.toContain(String(secretOf(sent)));
    expect((await hook(name))?.credential).toBeUndefined();
    expect(await tokensOf(name)).toHaveLength(2);
  });
});

describe('a server that is no registry, or lies', () => {
  const connect = async (answer: Answer, more = '') => {
    const server = await start(() => answer);
    return run(`hook connect lied-to --for shop/web --at ${server.url} --token-file -${more}`, 'right-canary-token');
  };
  beforeAll(async () => {
    await cli.ok('hook create lied-to --registry ghcr');
  });

  test.each<[string, Answer, RegExp]>([
    ['a page', { status: 200, body: '<html>hello</html>' }, /answered no list of webhooks/],
    ['an object', { status: 200, body: { items: [] } }, /answered no list of webhooks/],
    ['a list of texts', { status: 200, body: ['a'] }, /answered no list of webhooks/],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://evil.example/path?token=x' } },
      /redirects to "https:\/\/evil\.example", which is not followed/,
    ],
    ['a redirect to nowhere', { status: 301, headers: { location: 'http://[' } }, /redirects to an unreadable address/],
    ['an answer without end', { status: 200, body: JSON.stringify([{ text: 'x'.repeat(1_100_000) }]) }, /more than 1048576 bytes/],
    ['the credential in its words', { status: 403, body: { message: 'you sent right-canary-token \u001b[31m' } }, /403: "you sent … {2}?\[31m"/],
    ['no words', { status: 503, body: '<html>' }, /did not take it \(503\)/],
  ])('%s', async (_, answer, why) => {
    const ran = await connect(answer);
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringMatching(why) });
    expect(ran.err).not.toContain('\u001b');
    expect(await tokensOf('lied-to')).toHaveLength(1);
  });

  test('an id that would lead elsewhere is no webhook of ours, and a list without end ends', async () => {
    await cli.ok('hook create endless --registry ghcr');
    const { url } = fields((await cli.api.ask('POST', '/v1/hooks/endless/rotate')).body);
    const server = await start(({ method }) =>
      method === 'GET'
        ? { status: 200, body: [{ id: '1/../../../user', config: { url } }, { id: -1, config: { url } }, { id: 1.5, config: { url } }, { config: 'x' }] }
        : { status: 201, body: { id: '\u001b[31m', events: ['package'] } },
    );
    const ran = await run(
      `hook connect endless --for shop/web --at ${server.url} --token-file - --url-file ${await file('endless.txt', String(url))}`,
      'right-token',
    );
    expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/Webhook: +unknown, made/) });
    expect(server.asked.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([
      ...Array.from({ length: 20 }, () => 'GET /repos/shop/web/hooks'),
      'POST /repos/shop/web/hooks',
    ]);
  });

  test('one that is not there, or never answers, is given up', async () => {
    const silent = createServer(() => undefined);
    const ask = async (url: string) => {
      const base = parseBase(url);
      if (!base.ok) throw new Error(base.why);
      return registryApi({ name: 'X', base: base.value, headers: {}, permission: '', secrets: new Set(), timeoutMs: 30 })({ method: 'GET', path: '/' });
    };
    const url = await listen(silent);
    await expect(ask(url)).rejects.toThrow(/X at http:.* does not answer \(.*timeout.*\): check its address/);
    silent.closeAllConnections();
    silent.close();
    await expect(ask(url)).rejects.toThrow(/does not answer \(.*ECONNREFUSED/);
  });
});

test('a URL that leads to this machine is told, as the registry may be elsewhere', async () => {
  const server = await start(githubVendor().answer);
  await cli.ok('hook create here --registry ghcr');
  const { url } = fields((await cli.api.ask('POST', '/v1/hooks/here/rotate')).body);
  const local = await file('local.txt', String(url).replace('https://hooks.example', 'https://127.0.0.1:8443'));
  const ran = await run(`hook connect here --for shop/web --at ${server.url} --token-file - --url-file ${local}`, 'right-token');
  expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('https://127.0.0.1:8443\n'), err: expect.stringContaining('--public-url') });
});

test('a Gitea that forgets the event is told, with the webhook in place', async () => {
  const vendor = giteaVendor(true);
  const server = await start(vendor.answer);
  await cli.ok('hook create old --registry gitea --registry-host git.example');
  const ran = await run(`hook connect old --for shop/web --at ${server.url} --token-file -`, 'right-token');
  expect(ran).toMatchObject({
    code: 1,
    out: expect.stringMatching(/Webhook: +41, made/),
    err: expect.stringMatching(/without the event "package".*tick "Packages"/),
  });
  expect(vendor.webhooks.size).toBe(1);
});

test("somebody else's policy, and another target of ours, stay as they are", async () => {
  const vendor = harborVendor();
  const server = await start(vendor.answer);
  await cli.ok('hook create lib --registry harbor --registry-host r.example');
  await cli.ok('hook create lib_x --registry harbor --registry-host r.example');
  const connect = (name: string, more = '') => run(`hook connect ${name} --for library --user admin --at ${server.url} --token-file -${more}`, 'right-token');
  await connect('lib_x');
  const slack = { type: 'http', address: 'https://elsewhere.example/', auth_header: 'theirs' };
  const [id = 0, policy = {}] = [...vendor.webhooks][0] ?? [];
  vendor.webhooks.set(id, { ...policy, targets: [slack, ...list(policy.targets)], event_types: ['PULL_ARTIFACT'] });
  expect(await connect('lib')).toMatchObject({ code: 0, out: expect.stringContaining('image-triggers-lib, made') });
  expect(await connect('lib_x', ' --keep former --yes')).toMatchObject({ code: 0, out: expect.stringContaining('changed') });
  expect(vendor.webhooks.size).toBe(2);
  expect(vendor.webhooks.get(id)).toMatchObject({
    event_types: ['PULL_ARTIFACT', 'PUSH_ARTIFACT'],
    targets: [slack, { address: expect.stringContaining('it_lib_x_') }],
  });
});

describe('asked for wrongly', () => {
  beforeAll(async () => {
    await cli.ok('hook create misused --registry ghcr');
    await cli.ok('hook create homeless --registry gitea');
    await cli.ok('hook create hub --registry dockerhub');
    await cli.ok('hook create box --registry harbor --registry-host r.example --credential header:x-token --credential-file -', { stdin: 'canary-value' });
  });

  test.each([
    ['hook connect misused --for a/b --token-file - --at http://gitea.example', 2, /in clear: only https/],
    ['hook connect misused --for a/b --token-file - --at https://u:p@gitea.example', 2, /no plain address/],
    ['hook connect misused --for ../.. --token-file -', 2, /--for is "\.\.\/\.\."/],
    ['hook connect misused --for a/b/c --token-file -', 2, /OWNER\/REPOSITORY/],
    ['hook connect misused --for a/b --token-file - --secret-file -', 2, /standard input can be one of/],
    ['hook connect misused --for a/b --token-file - --secret-file x --new-secret', 2, /either --secret-file/],
    ['hook connect misused --for a/b', 2, /--token-file/],
    ['hook connect homeless --for a --token-file -', 2, /does not follow from the hook, which has no registry host/],
    ['hook connect hub --for a --token-file -', 1, /azure-acr, ghcr, gitea, harbor.*hook guide hub/],
    ['hook connect box --for a --token-file -', 2, /--user/],
    ['hook connect box --for a --user admin --token-file -', 1, /cannot be told to send \(header x-token\)/],
    ['hook connect ecr --for a --token-file -', 1, /hook guide ecr/],
    ['hook connect nobody --for a --token-file -', 1, /no hook is named/],
  ])('%s', async (args, code, why) => {
    expect(await run(args, 'right-token')).toMatchObject({ code, out: '', err: expect.stringMatching(why) });
  });

  test('a URL that is not of this hook, or a token with blanks, is refused and not repeated', async () => {
    const server = await start(() => ({ status: 200, body: [] }));
    const other = await file('other.txt', 'https://hooks.example/hooks/canary-it_other');
    const ran = await run(`hook connect misused --for a/b --at ${server.url} --token-file - --url-file ${other}`, 'right-token');
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('no webhook URL of the hook misused') });
    expect(await run('hook connect misused --for a/b --token-file -', 'canary token')).toMatchObject({ code: 2, err: expect.stringContaining('no token has') });
  });
});

test('no run printed a credential, a secret or a URL with its token', () => {
  const all = said.join('\n');
  expect(said.length).toBeGreaterThan(50);
  expect(all).not.toMatch(/canary|right-token|\/hooks\/it_/);
});
