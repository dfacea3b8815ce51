/** Templates through the API: put, versions, diffs; and what a push makes of one. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeApi } from '../../functions/api/app.ts';
import { makeRemainsRemoval } from '../../functions/store/state-removal.ts';
import { HTTP, items, must, record, startApi, type TestApi } from './api.ts';

const TEXT = `# the whole application
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  replicas: \${replicas}
  template:
    spec:
      containers:
        - name: demo
          image: "r.example/shop/web:blue"   # changed by pushes
---
apiVersion: v1
kind: Service
metadata: {name: demo-svc}
`;
const NEXT = TEXT.replace(':blue', ':green');

let api: TestApi;
let n = 0;
let path = '';
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  n += 1;
  path = `/v1/applications/app-${n}`;
  await must(api, 201, 'POST', '/v1/applications', { name: `app-${n}`, target: HTTP, parameters: { replicas: '3' } });
});

const put = (text: string, status = 201, more: object = {}) => must(api, status, 'PUT', `${path}/template`, { text, ...more });

describe('a template', () => {
  test('is a text with versions, images and parameters', async () => {
    expect(await must(api, 404, 'GET', `${path}/template`)).toMatchObject({ code: 'no-template', next: [`PUT ${path}/template`] });
    expect(await put(TEXT, 201, { why: 'first' })).toMatchObject({ version: 1, why: 'first', hint: expect.stringContaining('nothing is deployed yet') });
    expect(await must(api, 200, 'GET', `${path}/template`)).toMatchObject({
      version: 1,
      text: TEXT,
      images: [{ image: 'r.example/shop/web:blue', path: expect.stringContaining('Deployment/demo') }],
      parameters: [{ name: 'replicas', value: '3' }],
    });
  });

  test('is applied where the target takes templates; elsewhere it waits for a push, and nothing is out of sync', async () => {
    const putFor = async (target: object) => {
      await must(api, 200, 'PATCH', path, { target });
      const { hint, next } = await put(`${TEXT}# ${JSON.stringify(target)}\n`);
      return { hint, next, sync: record((await must(api, 200, 'GET', path)).status).sync };
    };
    expect(await putFor({ kind: 'docker', container: 'web', template: true })).toEqual({
      hint: expect.stringContaining('redeploy applies it'),
      next: [`POST ${path}/redeploy`],
      sync: 'out-of-sync',
    });
    for (const target of [HTTP, { kind: 'docker', container: 'web' }])
      expect(await putFor(target)).toEqual({ hint: expect.stringContaining('takes images and no template'), next: undefined, sync: 'unknown' });
  });

  test('with If-None-Match: * only where there is none', async () => {
    const none = { 'if-none-match': '*' };
    expect(await api.ask('PUT', `${path}/template`, { text: TEXT }, none)).toMatchObject({ status: 201 });
    expect(await api.ask('PUT', `${path}/template`, { text: NEXT }, none)).toMatchObject({ status: 412, body: { code: 'precondition-failed' } });
    // Sent again, it is done already.
    expect(await api.ask('PUT', `${path}/template`, { text: TEXT }, none)).toMatchObject({ status: 200, body: { version: 1 } });
  });

  test('of an application that is deleted meanwhile nothing is left to the next one of its name', async () => {
    const name = path.split('/').at(-1) ?? '';
    const [removeRemains, { put: store }] = [makeRemainsRemoval(api.tables), api.ports.templates];
    const bury = async (): Promise<void> => {
      await removeRemains(name);
      await api.removeState(name);
    };
    const app = makeApi({
      ...api.ports,
      templates: {
        ...api.ports.templates,
        put: async (...given) => {
          await api.ports.applications.remove(name);
          await bury();
          return store(...given);
        },
      },
    });
    api.sent.length = 0;
    const answer = await app.request(`${path}/template`, { method: 'PUT', body: JSON.stringify({ text: TEXT }) }, { requestId: 'r' });
    expect([answer.status, api.sent, (await api.states.get(name)) !== undefined]).toEqual([404, [name], true]);
    await bury();
    expect(await api.ports.templates.head(name)).toBeUndefined();
  });

  test('the same text is the same version; another one is the next, with its diff', async () => {
    await put(TEXT);
    expect(await put(TEXT, 200)).toMatchObject({ version: 1 });
    expect(await put(NEXT)).toMatchObject({ version: 2, from: 1 });
    const read = await must(api, 200, 'GET', `${path}/template/versions/2`);
    expect(read.diff).toContain(
      '-          image: "r.example/shop/web:blue"   # changed by pushes\n+          image: "r.example/shop/web:green"   # changed by pushes',
    );
    expect(await must(api, 200, 'GET', `${path}/template/diff?from=2&to=1`)).toMatchObject({
      from: 2,
      to: 1,
      diff: expect.stringContaining('template version 2'),
    });
    expect(await must(api, 200, 'GET', `${path}/template/diff`)).toMatchObject({ from: 1, to: 2 });
    expect(await must(api, 200, 'GET', `${path}/template/versions/1`)).toMatchObject({ text: TEXT });
    await must(api, 404, 'GET', `${path}/template/versions/3`);
    await must(api, 404, 'GET', `${path}/template/versions/one`);
    await must(api, 422, 'GET', `${path}/template/diff?from=x`);
  });

  test('versions are listed newest first, page by page, without their texts', async () => {
    for (let i = 0; i < 5; i += 1) await put(`${TEXT}# ${i}\n`);
    const first = await must(api, 200, 'GET', `${path}/template/versions?limit=3`);
    expect(items(first).map(({ version }) => version)).toEqual([5, 4, 3]);
    expect(items(first)[0]).not.toHaveProperty('text');
    const second = await must(api, 200, 'GET', `${path}/template/versions?limit=3&cursor=${first.cursor}`);
    expect(items(second).map(({ version }) => version)).toEqual([2, 1]);
    expect(second.cursor).toBeUndefined();
  });

  test('versions that are too large for one page of the store are all listed', async () => {
    const large = TEXT.replace('the whole application', 'x'.repeat(195_000));
    for (let i = 0; i < 7; i += 1) await put(`${large}# ${i}\n`);
    const first = await must(api, 200, 'GET', `${path}/template/versions`);
    expect(items(first).map(({ version }) => version)).toEqual([7, 6, 5, 4, 3, 2]);
    const second = await must(api, 200, 'GET', `${path}/template/versions?cursor=${first.cursor}`);
    expect(items(second).map(({ version }) => version)).toEqual([1]);
    expect(second.cursor).toBeUndefined();
  });

  test('two people at once: both versions are there, or the second one who said what they changed hears of it', async () => {
    await put(TEXT);
    const both = await Promise.all([put(`${TEXT}# a\n`), put(`${TEXT}# b\n`)]);
    expect(both.map(({ version }) => version).sort()).toEqual([2, 3]);
    expect(await put(`${TEXT}# c\n`, 409, { from: 2 })).toMatchObject({ code: 'changed-meanwhile', detail: expect.stringContaining('version 3') });
    expect(await put(`${TEXT}# c\n`, 201, { from: 3 })).toMatchObject({ version: 4 });
  });

  test.each([
    ['no text', '', 'at least 1'],
    ['no YAML', 'a: [', 'line 1'],
    ['no document', '# nothing\n', 'no document'],
    ['too long', `a: ${'x'.repeat(250_000)}\n`, '200'],
  ])('%s is refused with its place', async (_name, text, says) => {
    expect(await put(text, 422)).toMatchObject({ code: 'invalid-fields', errors: [{ field: 'text', why: expect.stringContaining(says) }] });
  });

  test('an application from git has none here', async () => {
    await must(api, 200, 'PATCH', path, { source: { git: 'https://git.example/web.git' } });
    expect(await put(TEXT, 409)).toMatchObject({ code: 'git-source' });
  });

  test('a first half that died is completed by putting the same text again', async () => {
    await api.ports.templates.put(`app-${n}`, { version: 1, text: TEXT, at: 1 });
    expect(await put(TEXT, 200)).toMatchObject({ version: 1 });
    expect(record((await must(api, 200, 'GET', path)).status)).toMatchObject({ template: { newest: 1 } });
  });

  test('rolling back to a version needs a target that takes templates', async () => {
    await put(TEXT);
    expect(await must(api, 422, 'POST', `${path}/rollback`, { version: 1 })).toMatchObject({
      errors: [{ field: 'version', why: expect.stringContaining('no template') }],
    });
  });
});
