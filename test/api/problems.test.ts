/** Every problem that an operation declares is reached; that none is answered which it does not declare, `ask` holds in every test. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Operation, problemsOf } from '../../functions/api/operation.ts';
import { OPERATIONS, type OperationId } from '../../functions/api/operations/index.ts';
import { PROBLEMS, type ProblemCode } from '../../functions/api/problem.ts';
import { HTTP, must, startApi, type TestApi } from './api.ts';
import { CALLS, makeWorld, REJECTED, requestFor, restore } from './requests.ts';

/** How the world misbehaves while one request is answered. */
interface Trouble {
  /** What every read and write of the store throws, by its name. */
  throws?: string;
  /** Others change everything at this very moment. */
  moving?: true;
  /** The secret of the stack cannot be read. */
  unsealed?: true;
  begins?: 'running' | 'other';
  creates?: 'being-created' | 'too-many';
}

interface Recipe {
  readonly path?: string;
  /** A text is sent as it is. */
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly trouble?: Trouble;
  readonly before?: () => Promise<unknown>;
}

let api: TestApi;
let trouble: Trouble = {};
let n = 0;

/** The same functions, which fail when they are told to. */
const failing = <T extends object>(group: T): T =>
  new Proxy(group, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...given: unknown[]): Promise<unknown> => {
        if (trouble.throws !== undefined) throw Object.assign(new Error(), { name: trouble.throws });
        return Reflect.apply(value, target, given);
      };
    },
  });

beforeAll(async () => {
  api = await startApi((ports) => ({
    ...ports,
    hooks: failing({
      ...ports.hooks,
      create: async (hook) => (trouble.moving ? 'exists' : ports.hooks.create(hook)),
      change: moved(ports.hooks.change),
      removeIf: moved(ports.hooks.removeIf),
    }),
    triggers: failing({
      ...ports.triggers,
      create: async (...given) => trouble.creates ?? ports.triggers.create(...given),
      change: moved(ports.triggers.change),
      remove: moved(ports.triggers.remove),
    }),
    applications: failing({
      ...ports.applications,
      create: async (application) => (trouble.moving ? 'exists' : ports.applications.create(application)),
      change: moved(ports.applications.change),
      removeIf: moved(ports.applications.removeIf),
    }),
    templates: failing({ ...ports.templates, put: async (...given) => (trouble.moving ? 'exists' : ports.templates.put(...given)) }),
    triggerUrls: failing({ ...ports.triggerUrls, create: async (url) => (trouble.moving ? 'exists' : ports.triggerUrls.create(url)) }),
    calls: failing(ports.calls),
    callPages: failing(ports.callPages),
    sessions: failing(ports.sessions),
    triggersOf: (repository) => failing({ read: ports.triggersOf }).read(repository),
    sealed: { ...ports.sealed, seal: async (...given) => (trouble.unsealed ? undefined : ports.sealed.seal(...given)) },
    answers: { ...ports.answers, begin: async (...given) => (trouble.begins === undefined ? ports.answers.begin(...given) : { is: trouble.begins }) },
  }));
  await makeWorld(api);
});
afterAll(() => api.stop());
afterEach(() => {
  trouble = {};
});

const moved =
  <G extends unknown[], R>(change: (...given: G) => Promise<R | 'moved'>) =>
  async (...given: G): Promise<R | 'moved'> =>
    trouble.moving ? 'moved' : change(...given);

const key = { 'idempotency-key': 'key' };
const nobody = (id: OperationId): string =>
  requestFor(id, 0)
    .path.replace(/^(\/v1\/(?:hooks|triggers|applications)\/)[^/?]+/, '$1nobody')
    .replace(/^(\/v1\/calls\/)[^/?]+/, '$101JZ0000000000000000000000.nobody');

/** What every operation that declares such a problem is asked in one way. */
const COMMON: Partial<Record<ProblemCode, (id: OperationId, declared: Operation) => Recipe>> = {
  'bad-idempotency-key': () => ({ headers: { 'idempotency-key': 'a b' } }),
  'still-running': () => ({ headers: key, trouble: { begins: 'running' } }),
  'idempotency-key-reused': () => ({ headers: key, trouble: { begins: 'other' } }),
  'not-json': () => ({ body: '{' }),
  'too-deep': () => ({ body: `${'['.repeat(40)}${']'.repeat(40)}` }),
  'body-too-large': (_, { most = 65_536 }) => ({ body: 'a'.repeat(most + 1) }),
  'unsupported-media-type': () => ({ body: '<a/>', headers: { 'content-type': 'text/xml' } }),
  'invalid-fields': (id) => ({ path: `${requestFor(id, 0).path.split('?', 1)[0]}?nonsense=1` }),
  'unknown-name': (id) => ({ path: nobody(id) }),
  'precondition-failed': () => ({ headers: { 'if-match': '"0"' } }),
  // Nothing but a condition makes others matter to who deletes.
  'changed-meanwhile': (_, { method }) => ({ trouble: { moving: true }, ...(method === 'DELETE' ? { headers: { 'if-match': '*' } } : {}) }),
  'secret-unavailable': () => ({ trouble: { unsealed: true } }),
  'built-in-hook': (id) => ({ path: requestFor(id, 0).path.replace(/hooks\/[^/?]+/, 'hooks/ecr') }),
  throttled: () => ({ trouble: { throws: 'ThrottlingException' } }),
  'store-unavailable': () => ({ trouble: { throws: 'TimeoutError' } }),
  internal: () => ({ trouble: { throws: 'TypeError' } }),
};

const disable = (name: string) => must(api, 200, 'POST', name, {});
const GIT = { git: 'https://git.example/team/app.git' };
const application = (name: string, more: object = {}) => api.ask('POST', '/v1/applications', { name, target: HTTP, ...more });
const gitty = { before: () => application('gitty', { source: GIT }) };
const off = { before: () => application('off', { enabled: false }) };

/** What has to be made for it. */
const OWN: Partial<Record<`${OperationId} ${ProblemCode}`, Recipe>> = {
  'createHook name-taken': { body: { name: 'plain', registry: 'generic', registryHost: 'r.example' } },
  'changeHook hook-in-use': { path: '/v1/hooks/plain', body: { registryHost: 'other.example' } },
  'deleteHook hook-in-use': { path: '/v1/hooks/plain' },
  'rotateHook rotation-under-way': { path: '/v1/hooks/plain/rotate', before: () => must(api, 200, 'POST', '/v1/hooks/plain/rotate?keep=former', {}) },
  'rotateHookCredential rotation-under-way': {
    path: '/v1/hooks/signed/rotate-credential',
    before: () => must(api, 200, 'POST', '/v1/hooks/signed/rotate-credential?keep=former', { credential: { by: 'hmac', secret: 'yet-another' } }),
  },
  'testHook hook-disabled': { path: '/v1/hooks/signed/test', body: { repository: 'shop/web', tag: 'v1' }, before: () => disable('/v1/hooks/signed/disable') },
  'createTrigger name-taken': { body: { name: 'release', hook: 'plain', repository: 'shop/other', application: 'web' } },
  'createTrigger being-created': { trouble: { creates: 'being-created' } },
  'createTrigger too-many-triggers': { trouble: { creates: 'too-many' } },
  // A hook of its name that a creation which died has left: it is to be changed.
  'createTrigger changed-meanwhile': {
    body: { name: 'halfway', registry: 'generic', registryHost: 'r.example', repository: 'shop/half', application: 'web' },
    before: () => api.ask('POST', '/v1/hooks', { name: 'halfway', registry: 'generic', registryHost: 'r.example' }),
    trouble: { moving: true },
  },
  'createApplication name-taken': { body: { name: 'web', target: HTTP } },
  'createApplication being-removed': { body: { name: 'leaving', target: HTTP }, before: () => api.states.create('leaving', 1) },
  'deleteApplication application-in-use': { path: '/v1/applications/web' },
  'deploy application-disabled': { path: '/v1/applications/off/deploy', ...off },
  'rollBack application-disabled': { path: '/v1/applications/off/rollback', ...off },
  'redeploy application-disabled': { path: '/v1/applications/off/redeploy', ...off },
  'deploy git-source': { path: '/v1/applications/gitty/deploy', ...gitty },
  'rollBack git-source': { path: '/v1/applications/gitty/rollback', ...gitty },
  'putTemplate git-source': { path: '/v1/applications/gitty/template', ...gitty },
  'deploy rejected': { body: { image: `r.example/shop/web@${REJECTED}` } },
  'rollBack rejected': { body: { call: CALLS.rejected.id } },
  'rollBack nothing-before': { path: '/v1/applications/calm/rollback', body: {}, before: () => application('calm') },
  'rollBack not-deployed': { body: { call: CALLS.failed.id } },
  'reject too-many-rejects': {
    path: '/v1/applications/spare/reject',
    before: async () => {
      for (let i = 0; i < 200; i += 1) await api.ports.rejects.add('spare', { digest: `sha256:${String(i).padStart(64, '0')}`, at: 1 });
    },
  },
  'getTemplate no-template': { path: '/v1/applications/spare/template' },
  'diffTemplate no-template': { path: '/v1/applications/spare/template/diff' },
  'createTriggerUrl too-many-trigger-urls': {
    path: '/v1/applications/spare/trigger-urls',
    before: async () => {
      for (let i = 0; i < 20; i += 1) await api.ask('POST', '/v1/applications/spare/trigger-urls', {});
    },
  },
  'redeliver not-fired': { path: `/v1/calls/${CALLS.untriggered.id}/redeliver` },
  'redeliver not-repeatable': { path: `/v1/calls/${CALLS.ofTemplate.id}/redeliver` },
  'redeliver application-deleted': { path: `/v1/calls/${CALLS.orphan.id}/redeliver` },
};

const ids = Object.keys(OPERATIONS).filter((id): id is OperationId => Object.hasOwn(OPERATIONS, id));

describe.each(ids)('%s', (id) => {
  const declared: Operation = OPERATIONS[id];

  test('goes well', async () => {
    await restore(api, id);
    const { path, body } = requestFor(id, ++n);
    const answer = await api.ask(declared.method, path, body);
    // What would have to be there with an id that nobody can know beforehand.
    if (id === 'revokeTriggerUrl' || id === 'endConsoleSession') expect(answer.status).toBe(404);
    else expect(answer).toMatchObject({ status: Number(Object.keys(declared.answers).at(-1)) - (id === 'testHook' ? 2 : 0) });
  });

  test.each(problemsOf(declared))('%s', async (code) => {
    const recipe = OWN[`${id} ${code}`] ?? COMMON[code]?.(id, declared);
    if (recipe === undefined) return expect.fail(`nobody has said how ${id} comes to answer ${code}`);
    await restore(api, id);
    await recipe.before?.();
    trouble = recipe.trouble ?? {};
    const request = requestFor(id, ++n);
    const answer = await api.ask(declared.method, recipe.path ?? request.path, recipe.body ?? request.body, recipe.headers);
    trouble = {};
    expect(answer).toMatchObject({ status: PROBLEMS[code][0], body: { code } });
  });
});

test('no recipe is left over', () => {
  const all = new Set(ids.flatMap((id) => problemsOf(OPERATIONS[id]).map((code) => `${id} ${code}`)));
  expect(Object.keys(OWN).filter((one) => !all.has(one))).toEqual([]);
});
