/** What the API shows of deliveries, with the trigger that is near where none heard them. */
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Call } from '../../functions/core/call.ts';
import { deliveryRecord, type Verdict } from '../../functions/core/delivery-record.ts';
import { makeDeliveryNote } from '../../functions/store/deliveries.ts';
import { HOST, HTTP, items, must, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
  for (const name of ['acr', 'other']) await must(api, 201, 'POST', '/v1/hooks', { name, registry: 'alibaba-acr', registryHost: HOST });
  await must(api, 201, 'POST', '/v1/triggers', { name: 'near', hook: 'acr', repository: 'shop/web', application: 'web' });
});
afterAll(() => api.stop());

let made = 0;
const note = (hook: string, verdict: Verdict, reference: string, more: object = {}): Promise<void> => {
  made += 1;
  const id = `01JZ${String(made).padStart(22, '0')}`;
  return makeDeliveryNote(api.tables)({ ...deliveryRecord({ id, hook, at: START + made, verdict, references: [reference] }), ...more });
};
const shown = async (hook: string) => items((await api.ask('GET', `/v1/hooks/${hook}/deliveries`)).body);

test('the newest first, at most twenty, with everything that is known', async () => {
  for (let n = 0; n < 25; n += 1) await note('acr', 'ignored', `${HOST}/shop/web:v${n}`);
  await note('acr', 'fired', `${HOST}/shop/web:v25`, { status: 202, calls: ['01JZ0000000000000000000000.near'], source: 'test' });
  const all = await shown('acr');
  expect(all).toHaveLength(20);
  expect(all[0]).toEqual({
    id: '01JZ0000000000000000000026',
    at: '2026-06-30T12:00:00.026Z',
    verdict: 'fired',
    status: 202,
    references: [`${HOST}/shop/web:v25`],
    calls: ['01JZ0000000000000000000000.near'],
    source: 'test',
    test: true,
  });
  expect(all[1]).toMatchObject({ references: [`${HOST}/shop/web:v24`] });
});

test('what made calls is seen in them, between what was noted: of the last week, of this hook', async () => {
  await must(api, 201, 'POST', '/v1/hooks', { name: 'seen', registry: 'alibaba-acr', registryHost: HOST });
  for (const name of ['seen-a', 'seen-b']) await must(api, 201, 'POST', '/v1/triggers', { name, hook: 'seen', repository: 'apps/console', application: 'web' });
  const at = (n: number): string => ulid(START + n, () => 0);
  const image = { application: 'web', hook: 'seen', repository: `${HOST}/apps/console`, tag: 'v1', order: '', receivedAt: START + 2, decidedAt: START + 2 };
  const called = (n: number, trigger: string, change: Partial<Call> = {}) =>
    api.calls.put({ ...image, id: `${at(n)}.${trigger}`, trigger, status: 'queued', ...change });
  const untriggered = { status: 'untriggered', detail: 'no' } as const;
  await called(2, 'seen-a');
  await called(2, 'seen-b', untriggered);
  for (const trigger of ['seen-b', 'seen-a']) await called(4, trigger, untriggered);
  await called(5, 'seen-a', { delivery: at(1) });
  await called(5, 'seen-b', { hook: 'acr' });
  await called(-8 * 86_400_000, 'seen-a');
  for (const [n, verdict] of [
    [1, 'ignored'],
    [2, 'unfinished'],
    [3, 'unheard'],
  ] as const)
    await makeDeliveryNote(api.tables)(deliveryRecord({ id: at(n), hook: 'seen', at: START + n, verdict, references: [] }));
  expect((await shown('seen')).map(({ id, verdict, status, why, calls }) => [id, verdict, status, why, calls])).toEqual([
    [at(4), 'untriggered', 202, 'seen-a: no; seen-b: no', [`${at(4)}.seen-a`, `${at(4)}.seen-b`]],
    [at(3), 'unheard', undefined, undefined, undefined],
    [at(2), 'fired', 202, undefined, [`${at(2)}.seen-a`]],
    [at(1), 'ignored', undefined, undefined, undefined],
  ]);
});

describe('of what no trigger heard', () => {
  test('the trigger that is near is told', async () => {
    await note('other', 'unheard', `${HOST}/shop/wep:v1`);
    expect((await shown('other'))[0]).toMatchObject({
      nearest: [{ trigger: 'near', repository: `${HOST}/shop/web`, why: 'its path differs in one letter' }],
      hint: expect.stringContaining('or correct the repository'),
      next: ['POST /v1/triggers'],
    });
  });

  test('a trigger that hears another hook is told', async () => {
    await note('other', 'unheard', `${HOST}/shop/web:v1`);
    expect((await shown('other'))[0]).toMatchObject({
      hint: expect.stringContaining('the trigger near hears the hook acr'),
      next: ['PATCH /v1/triggers/near'],
    });
  });

  test('nothing is said any more once a trigger hears it', async () => {
    await note('acr', 'unheard', `${HOST}/shop/web:v1`);
    expect((await shown('acr'))[0]).not.toHaveProperty('hint');
  });

  test('a name that had to be cut leads to no advice', async () => {
    await note('other', 'unheard', `${HOST}/shop/…`);
    expect((await shown('other'))[0]).not.toHaveProperty('hint');
  });
});

test('after a week, or of a former hook of the same name, nothing is shown', async () => {
  await must(api, 201, 'POST', '/v1/hooks', { name: 'again', registry: 'quay' });
  await note('again', 'ignored', 'quay.io/shop/web:v1');
  expect(await shown('again')).toHaveLength(1);
  api.clock.now += 8 * 86_400_000;
  expect(await shown('again')).toEqual([]);
  api.clock.now = START;
  await must(api, 200, 'DELETE', '/v1/hooks/again');
  api.clock.now = START + 1_000;
  await must(api, 201, 'POST', '/v1/hooks', { name: 'again', registry: 'quay' });
  expect(await shown('again')).toEqual([]);
  api.clock.now = START;
});

test('of the hook ecr, of a trigger URL, and of none', async () => {
  await note('ecr', 'unheard', '123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web:v1');
  expect((await shown('ecr'))[0]).toMatchObject({ verdict: 'unheard', hint: expect.stringContaining('no trigger names') });
  const { id } = await must(api, 201, 'POST', '/v1/applications/web/trigger-urls', {});
  await note(String(id), 'refused', `${HOST}/shop/web:v1`);
  expect(await shown(String(id))).toMatchObject([{ verdict: 'refused' }]);
  expect(await must(api, 404, 'GET', '/v1/hooks/nobody/deliveries')).toMatchObject({ code: 'unknown-name' });
  expect(await must(api, 422, 'GET', '/v1/hooks/acr/deliveries?limit=1')).toMatchObject({ code: 'invalid-fields' });
});

test('what came through a trigger URL is seen however many wishes of people stand before it', async () => {
  const { id } = await must(api, 201, 'POST', '/v1/applications/web/trigger-urls', {});
  const image = { application: 'web', trigger: '!web', repository: `${HOST}/shop/web`, tag: 'v1', order: '', status: 'queued' } as const;
  const called = (n: number, hook: string) =>
    api.calls.put({ ...image, id: `${ulid(START + n, () => 0)}.!web`, hook, receivedAt: START + n, decidedAt: START + n });
  await called(1, String(id));
  for (let n = 2; n < 30; n += 1) await called(n, '');
  expect(await shown(String(id))).toMatchObject([{ id: ulid(START + 1, () => 0), verdict: 'fired', status: 200 }]);
});

test('a hook that is disabled keeps nothing, and says so beside what came before', async () => {
  await must(api, 201, 'POST', '/v1/hooks', { name: 'paused', registry: 'generic', registryHost: HOST });
  expect(await must(api, 200, 'GET', '/v1/hooks/paused/deliveries')).toEqual({ items: [] });
  await must(api, 200, 'POST', '/v1/hooks/paused/disable');
  await note('paused', 'fired', `${HOST}/shop/web:v1`);
  expect(await must(api, 200, 'GET', '/v1/hooks/paused/deliveries')).toMatchObject({
    items: [{ verdict: 'fired' }],
    hint: expect.stringContaining('paused is disabled'),
    next: ['POST /v1/hooks/paused/enable'],
  });
});
