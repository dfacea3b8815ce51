/** Credentials of hooks over the API: what each format can send, how they are stored and rotated, and that no secret ever comes back. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeDueKeys } from '../../functions/store/due-keys.ts';
import { makeHookOf } from '../../functions/store/hook-of.ts';
import { HTTP, must, record, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
});
afterEach(() => {
  api.clock.now = START;
});
afterAll(() => api.stop());

const WEEK = 7 * 86_400_000;
const at = (time: number): string => new Date(time).toISOString();
const hmac = (secret: string) => ({ by: 'hmac', secret });
const header = (value: string) => ({ by: 'header', name: 'X-Secret', value });
const stored = async (name: string) => (await makeHookOf(api.tables)(name))?.credential;
/** Everything that was said and logged so far. */
const said: string[] = [];
const ask = async (method: string, path: string, body?: unknown) => {
  const answer = await api.ask(method, path, body);
  said.push(JSON.stringify(answer.body));
  return answer;
};
const made = async (name: string, registry: string, credential: unknown, more: object = {}) => {
  const answer = await ask('POST', '/v1/hooks', { name, registry, credential, ...more });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201 });
  return record(answer.body);
};
const rotate = (name: string, credential: unknown, query = '') =>
  ask('POST', `/v1/hooks/${name}/rotate-credential${query}`, credential === undefined ? undefined : { credential });
/** The texts of the sealed secrets, opened as ingest does. */
const opened = async (name: string): Promise<readonly (readonly unknown[])[]> => {
  const credential = await stored(name);
  if (credential?.by !== 'hmac') return [];
  return Promise.all(
    credential.secrets.map(async ({ sealed, createdAt, expiresAt }) => [await api.proving.sealed.open(name, sealed), createdAt - START, expiresAt]),
  );
};

const texts = async (name: string): Promise<readonly unknown[]> => (await opened(name)).map(([text]) => record(text).text);

describe('making one', () => {
  test('hmac: sealed for its hook, and shown by its date alone', async () => {
    const hook = await made('signed', 'ghcr', hmac('canary-one'));
    expect(hook.credential).toEqual({ by: 'hmac', secrets: [{ createdAt: at(START) }] });
    expect(await opened('signed')).toEqual([[{ is: 'text', text: 'canary-one' }, 0, undefined]]);
    expect(JSON.stringify(await stored('signed'))).not.toContain('canary');
  });

  test('oidc: no secret, so it is shown whole', async () => {
    const credential = { by: 'oidc', audience: 'https://hooks.example', email: 'push@project.iam.gserviceaccount.com' };
    expect((await made('token', 'google', credential)).credential).toEqual(credential);
    expect(await stored('token')).toEqual(credential);
    expect((await made('anybody', 'google', { by: 'oidc', audience: 'a' })).credential).toEqual({ by: 'oidc', audience: 'a' });
    // They are there before the first delivery asks for them.
    expect(await makeDueKeys(api.tables).due(api.clock.now)).toEqual(['https://www.googleapis.com/oauth2/v3/certs']);
  });

  test('header: the name that its sender uses, unless another one is given', async () => {
    expect((await made('jfrog', 'artifactory', { by: 'header', value: 'canary-value' })).credential).toMatchObject({ name: 'x-jfrog-event-auth' });
    expect((await made('named', 'harbor', header('canary-value'))).credential).toMatchObject({ name: 'x-secret' });
  });

  test.each([
    ['that its sender cannot send', 'dockerhub', hmac('canary-long'), /can send nothing but its URL/],
    ['hmac where it only has headers', 'harbor', hmac('canary-long'), /harbor cannot send hmac: it can send header/],
    ['oidc where it signs', 'ghcr', { by: 'oidc', audience: 'a' }, /ghcr cannot send oidc: it can send hmac/],
    ['too short', 'ghcr', hmac('canary'), /credential.secret/],
    ['without a secret', 'ghcr', { by: 'hmac' }, /credential.secret: it is missing/],
    ['with a field of another kind', 'ghcr', { ...hmac('canary-long'), value: 'x' }, /credential.value/],
    ['an account that is no address', 'google', { by: 'oidc', audience: 'a', email: 'canary' }, /credential.email/],
    ['of a kind that there is not', 'ghcr', { by: 'mtls' }, /"by":"hmac"/],
  ])('%s is refused', async (_what, registry, credential, why) => {
    const answer = await ask('POST', '/v1/hooks', { name: 'refused', registry, credential });
    expect(answer.status).toBe(422);
    expect(String(record(answer.body).detail)).toMatch(why);
  });

  test('without the secret of the stack nothing is made, and the answer says that it passes', async () => {
    const { stack } = api.proving;
    const blind = await startApi((ports) => ({ ...ports, sealed: { seal: async () => undefined, open: async () => ({ is: 'unready' }) } }));
    expect(await blind.ask('POST', '/v1/hooks', { name: 'blind', registry: 'ghcr', credential: hmac('canary-one') })).toMatchObject({
      status: 503,
      body: { code: 'secret-unavailable' },
      headers: expect.toSatisfy((headers: Headers) => headers.get('retry-after') === '1'),
    });
    expect((await blind.ask('GET', '/v1/hooks/blind')).status).toBe(404);
    expect(stack.reads).toBe(1);
    await blind.stop();
  });
});

test('one whose secret nobody has set yet refuses what comes, and is shown as that', async () => {
  const unset = [
    ['ghcr', { by: 'hmac', secret: null }],
    ['generic', { by: 'header', name: 'X-Secret', value: null }],
    ['generic', { by: 'basic', user: null, password: null }],
  ] as const;
  for (const [i, [registry, credential]] of unset.entries()) {
    const name = `unset-${i}`;
    expect(await made(name, registry, credential, { registryHost: 'r.example' })).toMatchObject({ credential: { by: credential.by, secrets: [] } });
  }
  // There is none that could stay valid beside it.
  const set = await rotate('unset-1', header('canary-one'));
  expect(record(record(set.body).credential).secrets).toEqual([{ createdAt: expect.any(String) }]);
  expect((await rotate('unset-1', unset[1][1])).body).toMatchObject({ code: 'invalid-fields', detail: expect.stringContaining('the new secret') });
});

describe('changing one', () => {
  test('replaces it at once, also by another kind; null takes it away', async () => {
    await made('changed', 'artifactory', hmac('canary-one'));
    expect(record((await ask('PATCH', '/v1/hooks/changed', { credential: { by: 'header', value: 'canary-two' } })).body).credential).toMatchObject({
      by: 'header',
    });
    expect(record((await ask('PATCH', '/v1/hooks/changed', { credential: hmac('canary-three') })).body).credential).toMatchObject({ by: 'hmac' });
    expect(await texts('changed')).toEqual(['canary-three']);
    expect(record((await ask('PATCH', '/v1/hooks/changed', { credential: null })).body)).not.toHaveProperty('credential');
  });

  test('a format that cannot send it is refused, while it is there', async () => {
    await made('moving', 'ghcr', hmac('canary-one'));
    expect((await ask('PATCH', '/v1/hooks/moving', { registry: 'harbor' })).body).toMatchObject({
      code: 'invalid-fields',
      detail: expect.stringContaining('hmac'),
    });
    expect((await ask('PATCH', '/v1/hooks/moving', { registry: 'nexus', registryHost: 'nexus.example' })).status).toBe(200);
  });
});

describe('a rotation', () => {
  test('the former is valid for seven days beside the new one', async () => {
    await made('turned', 'ghcr', hmac('canary-one'));
    api.clock.now = START + 1_000;
    const answer = await rotate('turned', hmac('canary-two'));
    expect(record(answer.body).credential).toEqual({
      by: 'hmac',
      secrets: [{ createdAt: at(START + 1_000) }, { createdAt: at(START), expiresAt: at(START + 1_000 + WEEK) }],
    });
    expect(await opened('turned')).toEqual([
      [{ is: 'text', text: 'canary-two' }, 1_000, undefined],
      [{ is: 'text', text: 'canary-one' }, 0, START + 1_000 + WEEK],
    ]);
    api.clock.now = START + 1_000 + WEEK;
    expect(record(record((await ask('GET', '/v1/hooks/turned')).body).credential).secrets).toHaveLength(1);
  });

  test('a second one meanwhile waits until somebody says which is in use', async () => {
    await made('twice', 'ghcr', hmac('canary-one'));
    await rotate('twice', hmac('canary-two'));
    expect(await rotate('twice', hmac('canary-three'))).toMatchObject({
      status: 409,
      body: {
        code: 'rotation-under-way',
        next: ['POST /v1/hooks/twice/rotate-credential?keep=former', 'POST /v1/hooks/twice/rotate-credential?keep=newest'],
      },
    });
    expect((await rotate('twice', hmac('canary-three'), '?keep=former')).status).toBe(200);
    expect(await texts('twice')).toEqual(['canary-three', 'canary-one']);
    for (let time = 0; time < 2; time += 1) expect((await rotate('twice', undefined, '?keep=newest')).status).toBe(200);
    expect(await opened('twice')).toEqual([[{ is: 'text', text: 'canary-three' }, 0, undefined]]);
    expect((await rotate('twice', hmac('canary-four'))).status).toBe(200);
  });

  test('of a header keeps its name, and of basic its kind', async () => {
    await made('head', 'harbor', header('canary-one'));
    expect(record((await rotate('head', { by: 'header', value: 'canary-two' })).body).credential).toMatchObject({ name: 'x-secret' });
    const credential = await stored('head');
    expect(credential?.by === 'header' && credential.values.map(({ sha256 }) => sha256)).toEqual(['canary-two', 'canary-one'].map(api.ports.hashToken));
    await made('pass', 'zot', { by: 'basic', user: 'ci', password: 'canary-one' }, { registryHost: 'zot.example' });
    expect((await rotate('pass', { by: 'basic', user: 'ci', password: 'canary-two' })).status).toBe(200);
  });

  test.each([
    ['of nothing', 'dockerhub', undefined, hmac('canary-two'), '', /can send nothing but its URL/],
    ['of a hook without one', 'ghcr', undefined, hmac('canary-two'), '', /has no credential/],
    ['to another kind', 'artifactory', hmac('canary-one'), { by: 'header', value: 'canary-two' }, '', /has hmac/],
    ['to another header', 'harbor', header('canary-one'), { by: 'header', name: 'X-Other', value: 'canary-two' }, '', /has the header x-secret/],
    ['of signed tokens', 'google', { by: 'oidc', audience: 'a' }, { by: 'oidc', audience: 'b' }, '', /no secret on this side/],
    ['without the new one', 'ghcr', hmac('canary-one'), undefined, '', /it is missing/],
    ['with a new one that is not wanted', 'ghcr', hmac('canary-one'), hmac('canary-two'), '?keep=newest', /leave it out/],
  ])('%s is refused', async (what, registry, before, after, query, why) => {
    const name = what.replaceAll(' ', '-');
    await made(name, registry, before);
    const was = await stored(name);
    const answer = await rotate(name, after, query);
    expect(answer.status).toBe(422);
    expect(String(record(answer.body).detail)).toMatch(why);
    expect(await stored(name)).toEqual(was);
  });

  test('of a hook that is not there', async () => expect((await rotate('nobody', hmac('canary-one'))).status).toBe(404));

  test('an answer of the store that was lost is no second rotation', async () => {
    await made('lost', 'ghcr', hmac('canary-one'));
    api.tables.loseAnswer('PutItem', 'HOOK#lost');
    expect((await rotate('lost', hmac('canary-two'))).status).toBe(200);
    expect(api.tables.toLose).toEqual([]);
    expect(await texts('lost')).toEqual(['canary-two', 'canary-one']);
  });
});

describe('a trigger with a hook of its own', () => {
  const body = (name: string, secret: string) => ({ name, registry: 'ghcr', repository: 'ghcr.io/team/app', application: 'web', credential: hmac(secret) });

  test('has the credential, and finds its own hook again after a creation that died, by the secret it was given', async () => {
    const { credential } = await made('orphan', 'ghcr', hmac('canary-one'), {});
    expect(credential).toMatchObject({ by: 'hmac' });
    expect((await ask('POST', '/v1/triggers', body('orphan', 'canary-two'))).body).toMatchObject({ code: 'name-taken' });
    expect((await ask('POST', '/v1/triggers', body('orphan', 'canary-one'))).status).toBe(201);
    expect(await texts('orphan')).toEqual(['canary-one']);
    expect((await ask('POST', '/v1/triggers', body('fresh', 'canary-three'))).status).toBe(201);
    expect(await texts('fresh')).toEqual(['canary-three']);
  });
});

test('no secret was ever said or logged', async () => {
  const { body } = await api.ask('GET', '/v1/hooks?limit=100');
  expect(said.length).toBeGreaterThan(40);
  expect([...said, JSON.stringify([body, api.logged, api.proving.logged])].join('\n')).not.toContain('canary');
});
