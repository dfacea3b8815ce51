/** The page, asked as a browser does: the door, the session, what it shows, and what it refuses. */

import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeConsole } from '../../functions/console/console.ts';
import { stateIn } from '../../functions/console/states.ts';
import { FINAL, OPEN } from '../../functions/core/call.ts';
import { VERDICTS } from '../../functions/core/delivery-record.ts';
import { REASONS } from '../../functions/core/reason.ts';
import { HTTP, items, must, record, START, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await must(api, 201, 'POST', '/v1/applications', { name: 'web', target: HTTP });
  await must(api, 201, 'POST', '/v1/triggers', {
    name: 'release',
    registry: 'generic',
    registryHost: 'registry.example',
    repository: 'registry.example/shop/web',
    application: 'web',
    rule: { mode: 'tags', tags: ['v1'] },
  });
});
afterAll(() => api.stop());

interface Shown {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

const browse = async (
  method: string,
  path: string,
  { cookie, form, site = 'same-origin' }: { cookie?: string; form?: string; site?: string } = {},
): Promise<Shown> => {
  const response = await api.app.request(
    path,
    {
      method,
      headers: {
        'sec-fetch-site': site,
        ...(cookie === undefined ? {} : { cookie }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === undefined ? {} : { body: form }),
    },
    { requestId: 'request-1' },
  );
  return { status: response.status, text: await response.text(), headers: response.headers };
};

const mint = async (): Promise<string> => {
  const { url } = await must(api, 201, 'POST', '/v1/console/codes');
  return new URL(String(url)).hash.slice(1);
};

const signIn = async (): Promise<string> => {
  const { status, headers } = await browse('POST', '/console/session', { form: `code=${await mint()}` });
  expect(status).toBe(303);
  const [cookie = ''] = headers.getSetCookie();
  return cookie.split(';')[0] ?? '';
};

test('the code stands behind the #, opens one session, once, and only for a minute', async () => {
  const { url } = await must(api, 201, 'POST', '/v1/console/codes');
  expect(String(url)).toMatch(/^https:\/\/hooks\.example\/console\/enter#.+$/);
  const code = new URL(String(url)).hash.slice(1);
  const first = await browse('POST', '/console/session', { form: `code=${code}` });
  expect([first.status, first.headers.get('location')]).toEqual([303, '/console/applications']);
  expect(first.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^__Host-image-triggers=[^;]+; Max-Age=28800; Path=\/; HttpOnly; Secure; SameSite=Strict$/),
  ]);
  expect((await browse('POST', '/console/session', { form: `code=${code}` })).status).toBe(401);

  const late = await mint();
  api.clock.now += 60_001;
  expect((await browse('POST', '/console/session', { form: `code=${late}` })).status).toBe(401);
  expect((await browse('POST', '/console/session', { form: 'code=' })).status).toBe(401);
});

test.each(['/console/applications', '/console/calls', '/console/hooks/release', '/console/explain?image=a/b:c', '/console/nothing'])(
  'without a session %s shows nothing',
  async (path) => {
    for (const cookie of [undefined, '__Host-image-triggers=guess']) {
      const shown = await browse('GET', path, cookie === undefined ? {} : { cookie });
      expect(shown.status).toBe(401);
      expect(shown.text).toContain('image-triggers open');
      expect(shown.text).not.toContain('registry.example');
    }
  },
);

test('pages carry a policy that lets nothing in and no other page around them', async () => {
  const cookie = await signIn();
  for (const path of ['/console/enter', '/console/applications', '/console/style.css']) {
    const { headers } = await browse('GET', path, { cookie });
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  }
});

test.each([
  ['/console/applications', 'web'],
  ['/console/applications/web', 'Roll back'],
  ['/console/calls', 'Calls'],
  ['/console/triggers', 'tags v1'],
  ['/console/hooks', 'registry.example'],
  ['/console/hooks/release', 'Last deliveries'],
  ['/console/triggers/release', '<h2>Calls</h2>'],
  ['/console/explain', 'What would a push'],
  ['/console/explain?image=registry.example/shop/web:v1', 'release'],
])('%s shows what the API tells', async (path, text) => {
  const { status, text: shown } = await browse('GET', path, { cookie: await signIn() });
  expect(status).toBe(200);
  expect(shown).toContain(text);
});

test('what runs stands in the list of applications, which goes on where one page ends', async () => {
  const cookie = await signIn();
  await must(api, 200, 'POST', '/v1/applications/web/hold');
  for (let i = 0; i < 25; i += 1) await must(api, 201, 'POST', '/v1/applications', { name: `svc-${i}`, target: HTTP, enabled: i > 0 });
  const first = await browse('GET', '/console/applications', { cookie });
  expect(first.text.match(/href="\/console\/applications\/[^"]+"/g)).toHaveLength(25);
  expect(first.text).toContain('disabled');
  const [, next = ''] = /href="(\/console\/applications\?cursor=[^"]+)"/.exec(first.text) ?? [];
  const rest = await browse('GET', next.replaceAll('&amp;', '&'), { cookie });
  expect(rest.text).toContain('/console/applications/web"');
  expect(rest.text).toContain('On hold');
  expect(rest.text).toContain('Back to the first');
  await must(api, 200, 'POST', '/v1/applications/web/release');
});

test('both questions about an application are asked at once', async () => {
  const asked: string[] = [];
  let both = (): void => undefined;
  const bothAsked = new Promise<void>((resolve) => {
    both = resolve;
  });
  const page = makeConsole({
    redeem: async () => undefined,
    session: async () => ({ id: 's', by: 'me' }),
    end: async () => undefined,
    ask: async ({ path, lang }) => {
      asked.push(`${lang} ${path}`);
      if (asked.length === 2) both();
      await bothAsked;
      return { status: 200, body: {} };
    },
  });
  for (const path of ['/applications/web', '/triggers/release', '/hooks/release']) {
    asked.length = 0;
    expect((await page.request(path, { headers: { cookie: '__Host-image-triggers=x', 'accept-language': 'zh-CN' } })).status).toBe(200);
    expect(asked).toHaveLength(2);
    // Whatever the route: each that has words for people heeds what the browser asks for.
    for (const each of asked) expect(each).toMatch(/^zh /);
  }
});

test('a wish is what the API makes of it, in the name of who opened the page', async () => {
  const cookie = await signIn();
  expect((await browse('POST', '/console/applications/web/hold', { cookie })).headers.get('location')).toBe('/console/applications/web');
  const { status } = await must(api, 200, 'GET', '/v1/applications/web');
  expect(record(record(status).hold).by).toMatch(/\(page, session [0-9A-Z]{26}\)$/);
  await browse('POST', '/console/applications/web/release', { cookie });
  expect(record((await must(api, 200, 'GET', '/v1/applications/web')).status).hold).toBeUndefined();
  expect((await browse('POST', '/console/applications/web/delete', { cookie })).status).toBe(404);
  expect((await browse('GET', '/console/nothing', { cookie })).headers.get('location')).toBe('/console/applications');
  expect((await browse('GET', '/console/applications/gone', { cookie })).status).toBe(404);
});

test.each(['cross-site', 'same-site', 'none', ''])('a form of another page (%s) changes nothing', async (site) => {
  const cookie = await signIn();
  expect((await browse('POST', '/console/applications/web/hold', { cookie, site })).status).toBe(403);
  expect(record((await must(api, 200, 'GET', '/v1/applications/web')).status).hold).toBeUndefined();
});

test('what senders wrote is shown as text', async () => {
  const cookie = await signIn();
  const { text } = await browse('GET', `/console/calls?application=${encodeURIComponent('"><script>alert(1)</script>')}`, { cookie });
  expect(text).not.toContain('<script>alert');
});

test('a session ends by itself, by signing out, and by whoever may call the API', async () => {
  const first = await signIn();
  await browse('POST', '/console/session/end', { cookie: first });
  expect((await browse('GET', '/console/applications', { cookie: first })).status).toBe(401);

  const second = await signIn();
  const before = items(await must(api, 200, 'GET', '/v1/console/sessions'));
  expect(JSON.stringify(before)).not.toContain('secret-');
  for (const { id } of before) await must(api, 200, 'DELETE', `/v1/console/sessions/${String(id)}`);
  expect((await browse('GET', '/console/applications', { cookie: second })).status).toBe(401);
  await must(api, 404, 'DELETE', `/v1/console/sessions/${String(before[0]?.id)}`);

  const third = await signIn();
  api.clock.now += 8 * 3_600_000 + 1_000;
  expect((await browse('GET', '/console/applications', { cookie: third })).status).toBe(401);
});

test('in Chinese where the browser prefers it, or the person chose it', async () => {
  const cookie = await signIn();
  const chosen = await browse('POST', '/console/language', { cookie, form: 'lang=zh' });
  const [language = ''] = chosen.headers.getSetCookie();
  const { text } = await browse('GET', '/console/calls', { cookie: `${cookie}; ${language.split(';')[0]}` });
  expect(text).toContain('访问记录');
  expect(text).toContain('<html lang="zh-CN">');
});

test('states and why are in Chinese too, and a call leads to what its push would do now', async () => {
  const cookie = await signIn();
  const [language = ''] = (await browse('POST', '/console/language', { cookie, form: 'lang=zh' })).headers.getSetCookie();
  await api.calls.put({
    id: `${ulid(START)}.release`,
    trigger: 'release',
    application: 'web',
    hook: 'release',
    repository: 'registry.example/shop/web',
    tag: 'v2',
    order: '1#x',
    status: 'untriggered',
    reason: 'rule-not-matched',
    receivedAt: START,
    decidedAt: START,
  });
  const look = async (path: string) => (await browse('GET', path, { cookie: `${cookie}; ${language.split(';')[0]}` })).text;
  const calls = await look('/console/calls?trigger=release');
  expect(calls).toMatch(/title="untriggered">未触发</);
  expect(calls).toContain(REASONS['rule-not-matched'].zh.sentence);
  const [, call = ''] = /href="(\/console\/calls\/[^"]+)"/.exec(calls) ?? [];
  const [, explain = ''] = /href="(\/console\/explain\?call=[^"]+)"/.exec(await look(call)) ?? [];
  const explained = await look(explain);
  expect(explained).toContain('value="registry.example/shop/web:v2"');
  expect(explained).toContain(REASONS['rule-not-matched'].zh.cure);
  await must(api, 200, 'POST', '/v1/applications/web/hold');
  expect(await look('/console/applications/web')).toContain('已暂停');
  await must(api, 200, 'POST', '/v1/applications/web/release');
});

test.each([...OPEN, ...FINAL, ...VERDICTS])('%s has a Chinese word', (state) => expect(stateIn('zh', state)).not.toBe(state));

test('whoever chooses the other language stays on the page, and is led nowhere else', async () => {
  const cookie = await signIn();
  const { text } = await browse('GET', '/console/calls?trigger=release&status=failed', { cookie });
  const [, here = ''] = /name="to" value="([^"]*)"/.exec(text) ?? [];
  const chosen = async (to: string) =>
    (await browse('POST', '/console/language', { cookie, form: new URLSearchParams({ lang: 'zh', to }).toString() })).headers.get('location');
  expect(await chosen(here.replaceAll('&amp;', '&'))).toBe('/console/calls?trigger=release&status=failed');
  expect(await chosen('/console/calls/01JZ0000000000000000000000.!web')).toBe('/console/calls/01JZ0000000000000000000000.!web');
  for (const to of ['', 'https://evil.example/console/calls', '//evil.example', '/console/callsevil', '/console/calls/\r\nset-cookie: x=y'])
    expect(await chosen(to), to).toBe('/console/applications');
});

test('a hook that is disabled says so above its deliveries', async () => {
  const cookie = await signIn();
  await must(api, 200, 'POST', '/v1/hooks/release/disable');
  expect((await browse('GET', '/console/hooks/release', { cookie })).text).toContain('the hook release is disabled');
  await must(api, 200, 'POST', '/v1/hooks/release/enable');
  expect((await browse('GET', '/console/hooks/release', { cookie })).text).not.toContain('is disabled');
});
