/** For each operation a request that goes well in the world that `makeWorld` makes, as often as it is sent. */
import { ulid } from 'ulid';
import type { OperationId } from '../../functions/api/operations/index.ts';
import type { Call } from '../../functions/core/call.ts';
import { HTTP, must, START, type TestApi } from './api.ts';

export interface Sent {
  readonly path: string;
  readonly body?: object;
}

export const DIGEST = `sha256:${'ab'.repeat(32)}`;
export const REJECTED = `sha256:${'cd'.repeat(32)}`;
const REPOSITORY = 'r.example/shop/web';

const call = (minutes: number, more: Partial<Call>): Call => {
  const at = START - minutes * 60_000;
  const trigger = more.trigger ?? 'release';
  return {
    id: `${ulid(at, () => 0)}.${trigger}`,
    trigger,
    application: 'web',
    hook: 'plain',
    repository: REPOSITORY,
    tag: `v${minutes}`,
    digest: DIGEST,
    order: `${String(at).padStart(13, '0')}#x`,
    status: 'delivered',
    reason: 'answered-2xx',
    receivedAt: at,
    decidedAt: at,
    ...more,
  };
};

export const CALLS = {
  delivered: call(10, {}),
  rejected: call(11, { digest: REJECTED }),
  failed: call(12, { status: 'failed', reason: 'worker-died' }),
  untriggered: call(13, { status: 'untriggered', reason: 'rule-not-matched' }),
  ofTemplate: call(14, { trigger: '!web', hook: '', repository: '*template', action: 'rollback', version: 1, status: 'succeeded' }),
  orphan: call(15, { application: 'gone' }),
} as const;

/** Applications, hooks, a trigger, two versions of a template, and calls of every fate. */
export const makeWorld = async (api: TestApi): Promise<void> => {
  const make = (path: string, body: object) => must(api, 201, 'POST', path, body);
  await make('/v1/applications', { name: 'web', target: HTTP });
  await make('/v1/applications', { name: 'spare', target: HTTP });
  await make('/v1/hooks', { name: 'plain', registry: 'generic', registryHost: 'r.example' });
  await make('/v1/hooks', { name: 'signed', registry: 'gitea', registryHost: 'r.example', credential: { by: 'hmac', secret: 'secret-of-it' } });
  await make('/v1/triggers', { name: 'release', hook: 'plain', repository: REPOSITORY, application: 'web' });
  for (const text of ['kind: Deployment\n', 'kind: Service\n']) await must(api, 201, 'PUT', '/v1/applications/web/template', { text });
  await must(api, 200, 'POST', '/v1/applications/web/reject', { digest: REJECTED });
  for (const each of Object.values(CALLS)) await api.calls.put(each);
};

/** What a request makes has a name of its own each time: `n` is another one for each. */
export const requestFor = (id: OperationId, n: number): Sent => REQUESTS[id](n);

const named = (kind: string, name: string, action = '') => ({ path: `/v1/${kind}/${name}${action}` });
const web = (action = '') => named('applications', 'web', action);

const REQUESTS = {
  createHook: (n) => ({
    path: '/v1/hooks',
    body: { name: `hook-${n}`, registry: 'gitea', registryHost: 'r.example', credential: { by: 'hmac', secret: 'secret-of-it' } },
  }),
  listHooks: () => ({ path: '/v1/hooks?limit=3' }),
  getHook: () => named('hooks', 'plain'),
  changeHook: () => ({ ...named('hooks', 'signed'), body: { credential: { by: 'hmac', secret: 'another-secret' } } }),
  deleteHook: () => named('hooks', 'doomed'),
  guideHook: () => named('hooks', 'plain', '/guide'),
  enableHook: () => ({ ...named('hooks', 'plain', '/enable'), body: {} }),
  disableHook: () => ({ ...named('hooks', 'plain', '/disable'), body: {} }),
  rotateHook: () => ({ ...named('hooks', 'plain', '/rotate?keep=former'), body: {} }),
  rotateHookCredential: () => ({
    ...named('hooks', 'signed', '/rotate-credential?keep=former'),
    body: { credential: { by: 'hmac', secret: 'a-newer-secret' } },
  }),
  listDeliveries: () => named('hooks', 'plain', '/deliveries'),
  testHook: () => ({ ...named('hooks', 'plain', '/test'), body: { repository: 'shop/web', tag: 'v1', dry: true } }),
  createTrigger: (n) => ({
    path: '/v1/triggers',
    body: {
      name: `trigger-${n}`,
      registry: 'gitea',
      registryHost: 'r.example',
      credential: { by: 'hmac', secret: 'secret-of-it' },
      repository: `shop/app-${n}`,
      application: 'web',
    },
  }),
  listTriggers: () => ({ path: '/v1/triggers?application=web' }),
  getTrigger: () => named('triggers', 'release'),
  changeTrigger: () => ({ ...named('triggers', 'release'), body: { rule: { mode: 'all' } } }),
  deleteTrigger: () => named('triggers', 'doomed'),
  enableTrigger: () => ({ ...named('triggers', 'release', '/enable'), body: {} }),
  disableTrigger: () => ({ ...named('triggers', 'release', '/disable'), body: {} }),
  explain: () => ({ path: '/v1/explain', body: { image: `${REPOSITORY}:v1` } }),
  createApplication: (n) => ({ path: '/v1/applications', body: { name: `app-${n}`, target: HTTP } }),
  listApplications: () => ({ path: '/v1/applications' }),
  getApplication: () => web(),
  changeApplication: () => ({ ...web(), body: { policy: { quietSeconds: 5 } } }),
  deleteApplication: () => named('applications', 'doomed'),
  grantApplication: () => web('/grant'),
  enableApplication: () => ({ ...web('/enable'), body: {} }),
  disableApplication: () => ({ ...named('applications', 'spare', '/disable'), body: {} }),
  deploy: () => ({ ...web('/deploy'), body: { image: `${REPOSITORY}:v2` } }),
  rollBack: () => ({ ...web('/rollback'), body: { call: CALLS.delivered.id } }),
  redeploy: () => ({ ...web('/redeploy'), body: {} }),
  hold: () => ({ ...web('/hold'), body: { why: 'a reason' } }),
  release: () => ({ ...web('/release'), body: {} }),
  reject: () => ({ ...web('/reject'), body: { digest: REJECTED } }),
  unreject: () => web(`/reject/${DIGEST}`),
  refresh: () => ({ ...web('/refresh'), body: {} }),
  getTemplate: () => web('/template'),
  putTemplate: (n) => ({ ...web('/template'), body: { text: `kind: Deployment\nmetadata:\n  name: web-${n}\n` } }),
  listTemplateVersions: () => web('/template/versions'),
  getTemplateVersion: () => web('/template/versions/1'),
  diffTemplate: () => web('/template/diff'),
  createTriggerUrl: () => ({ ...web('/trigger-urls'), body: {} }),
  listTriggerUrls: () => web('/trigger-urls'),
  revokeTriggerUrl: () => web('/trigger-urls/url-00000000000000000000000000'),
  listCalls: () => ({ path: '/v1/calls?application=web' }),
  getCall: () => named('calls', CALLS.delivered.id),
  redeliver: () => ({ ...named('calls', CALLS.delivered.id, '/redeliver'), body: {} }),
  createConsoleCode: () => ({ path: '/v1/console/codes', body: {} }),
  listConsoleSessions: () => ({ path: '/v1/console/sessions' }),
  endConsoleSession: () => ({ path: '/v1/console/sessions/00000000000000000000000000' }),
  getFileSchema: () => ({ path: '/v1/schema.json' }),
  describeApi: () => ({ path: '/v1/openapi.json' }),
} as const satisfies Record<OperationId, (n: number) => Sent>;

/** What a request takes away is put there before it. */
export const restore = async (api: TestApi, id: OperationId): Promise<void> => {
  const make = (path: string, body: object) => api.ask('POST', path, body);
  if (id === 'deleteHook') await make('/v1/hooks', { name: 'doomed', registry: 'generic', registryHost: 'r.example' });
  if (id === 'deleteTrigger') await make('/v1/triggers', { name: 'doomed', hook: 'plain', repository: 'r.example/shop/doomed', application: 'web' });
  if (id === 'deleteApplication') {
    // As deploy ends the one before.
    if ((await api.ports.applications.get('doomed')) === undefined) await api.removeState('doomed');
    await make('/v1/applications', { name: 'doomed', target: HTTP });
  }
  if (id === 'unreject') await make('/v1/applications/web/reject', { digest: DIGEST });
};
