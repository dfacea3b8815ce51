/** The `app-center` target against a peer on loopback that answers as App Center does. */
import { describe, expect, it } from 'vitest';
import type { Wish } from '../../functions/targets/target.ts';
import { type Answer, appCenterWorld, REFERENCE, reply, TOKEN } from './app-center-world.ts';
import { GREEN, NOW, wanted } from './io.ts';
import { targetProblems } from './kinds.ts';

const PATCH = { body: 'patch', deployment: 'demo', container: 'web' } as const;
const NAME = 'registry.example.com/shop/web';
const green: Wish = { set: [wanted('v2', GREEN)] };

const patchOf = (image: string): object => ({
  resource: { deployment: { metadata: { name: 'demo' }, spec: { template: { spec: { containers: [{ name: 'web', image }] } } } } },
});

describe('a call', () => {
  it('sets the image, by tag and digest, in the body that is documented', async () => {
    const world = await appCenterWorld(PATCH);
    expect(await world.target.apply(green, world.io({ idempotencyKey: 'web.9' }))).toMatchObject({ is: 'delivered' });
    const [told] = world.told;
    expect(told).toMatchObject({
      method: 'POST',
      url: `/hook/trigger?token=${TOKEN}`,
      headers: { 'content-type': 'application/json', 'idempotency-key': 'web.9' },
    });
    expect(JSON.parse(told?.body ?? '')).toEqual(patchOf(`${NAME}:v2@${GREEN}`));
  });

  it.each<readonly [string, object, Wish, string]>([
    ['its tag where nothing is pinned', { pin: false }, green, `${NAME}:v2`],
    ['its tag where no digest is known', {}, { set: [wanted('v2')] }, `${NAME}:v2`],
    [
      'its digest where there is no tag, pinned or not',
      { pin: false },
      { set: [{ image: { repository: NAME, digest: GREEN }, hosts: [] }] },
      `${NAME}@${GREEN}`,
    ],
  ])('names %s', async (_, given, wish, image) => {
    const world = await appCenterWorld({ ...PATCH, ...given });
    await world.target.apply(wish, world.io());
    expect(JSON.parse(world.told[0]?.body ?? '')).toEqual(patchOf(image));
  });

  it.each<readonly [string, object, Wish]>([
    ['an image, where only redeploying is asked for', { body: 'empty' }, green],
    ['a restart', PATCH, { restart: true, since: NOW }],
  ])('has no body at all for %s', async (_, given, wish) => {
    const world = await appCenterWorld(given);
    expect(await world.target.apply(wish, world.io())).toMatchObject({ is: 'delivered' });
    expect(world.told).toMatchObject([{ method: 'POST', body: '', headers: { 'content-length': '0' } }]);
    expect(world.told[0]?.headers['content-type']).toBeUndefined();
  });

  it('with two images for one container is not made', async () => {
    const world = await appCenterWorld(PATCH);
    const wish = { set: [wanted('v2', GREEN), wanted('v3')] };
    expect(await world.target.apply(wish, world.io())).toMatchObject({
      is: 'refused',
      why: { code: 'target-misconfigured', detail: expect.stringContaining('not 2') },
    });
    expect(world.told).toEqual([]);
  });
});

describe('an answer', () => {
  const answered = async (answer: Answer) => {
    const world = await appCenterWorld(PATCH);
    world.answer = answer;
    return world.target.apply(green, world.io());
  };

  it.each([reply('200'), reply(200), { body: '{"code":"200"}' }, { status: 201, body: '{"code":"200"}' }])('%j is delivered', async (answer) => {
    expect(await answered(answer)).toMatchObject({ is: 'delivered', exchange: { response: { status: answer.status ?? 200 } } });
  });

  it.each<readonly [Answer, string]>([
    [reply('404', 'trigger\n not found'), 'answered 200 with the code "404": trigger not found'],
    [reply(403), 'answered 200 with the code "403"'],
    [reply('202'), 'answered 200 with the code "202"'],
    [reply('InvalidToken', 'no'), 'answered 200 with the code "InvalidToken": no'],
    [{ body: '<html>Log in</html>' }, 'answered 200 without the {"code":"200",…} of a trigger URL: <html>Log in</html>'],
    [{ body: '' }, 'answered 200 without the {"code":"200",…} of a trigger URL'],
    [{ body: '"200"' }, 'answered 200 without the {"code":"200",…} of a trigger URL: "200"'],
    [{ body: '{"code":null}' }, 'answered 200 without the {"code":"200",…} of a trigger URL: {"code":null}'],
    [{ status: 401, body: '{"code":"200"}' }, 'answered 401: {"code":"200"}'],
  ])('%j is refused for good', async (answer, detail) => {
    expect(await answered(answer)).toMatchObject({
      is: 'refused',
      why: { code: 'target-refused', detail },
      exchange: { response: { body: { text: answer.body } } },
    });
  });

  it.each<readonly [Answer, string]>([
    [reply('500', 'again'), 'answered 200 with the code "500": again'],
    [reply('429'), 'answered 200 with the code "429"'],
    [reply('Throttling.User'), 'answered 200 with the code "Throttling.User"'],
    [reply('InternalError'), 'answered 200 with the code "InternalError"'],
    [{ status: 502, body: '' }, 'answered 502'],
  ])('%j is tried again', async (answer, detail) => {
    expect(await answered({ ...answer, headers: { 'retry-after': '7' } })).toMatchObject({
      is: 'unavailable',
      answered: true,
      retryAfter: 7_000,
      why: { code: 'unavailable', detail },
    });
  });
});

describe('the URL', () => {
  it.each<readonly [string, (url: string) => Answer]>([
    ['fine', () => reply('200', `deployed by ${TOKEN}`)],
    ['a refusal', (url) => reply('404', `no trigger for ${url}`)],
    ['no JSON', (url) => ({ body: `cannot handle ${url}` })],
    ['a redirect', (url) => ({ status: 302, headers: { location: `${url}&again=1`, 'x-echo': TOKEN }, body: url })],
    ['an error', () => ({ status: 500, body: decodeURIComponent(TOKEN) })],
  ])('is not recorded, whatever repeats it: %s', async (_, answer) => {
    const world = await appCenterWorld(PATCH);
    world.answer = answer(world.url);
    const outcome = await world.target.apply(green, world.io());
    expect(outcome).toMatchObject({ exchange: { request: { url: expect.stringMatching(/\/hook\/trigger\?token=…$/) } } });
    expect(JSON.stringify(outcome)).not.toContain(TOKEN);
    expect(world.told[0]?.url).toContain(TOKEN);
  });

  it.each(['hunter2:secret', 'hunter2', 'ftp://hunter2.example', 'https://hunter2@example.com/x', 'https://example.com/hunter2 x'])(
    'that is none is not repeated: %s',
    async (url) => {
      const world = await appCenterWorld(PATCH);
      world.url = url;
      const outcome = await world.target.apply(green, world.io());
      expect(outcome).toMatchObject({ is: 'refused', why: { code: 'secret-unreadable', detail: expect.stringContaining(`the trigger URL ${REFERENCE} `) } });
      expect(JSON.stringify(outcome)).not.toContain('hunter2');
      expect(world.told).toEqual([]);
    },
  );

  it('may end in a line break', async () => {
    const world = await appCenterWorld(PATCH);
    world.url += '\n';
    expect(await world.target.apply(green, world.io())).toMatchObject({ is: 'delivered' });
  });

  it('that cannot be read is for people to mend, or for later', async () => {
    const world = await appCenterWorld({ ...PATCH, url: 'ssm:/image-triggers/gone' });
    expect(await world.target.apply(green, world.io())).toMatchObject({
      is: 'refused',
      why: { code: 'secret-unreadable', detail: expect.stringContaining('create it') },
    });
    const secret = () => Promise.reject(new Error('cannot be asked just now'));
    expect(await world.target.apply(green, { ...world.io(), secret })).toMatchObject({ is: 'unavailable', answered: true });
  });

  it('that leads to a forbidden place is not called', async () => {
    const world = await appCenterWorld(PATCH);
    world.url = `https://169.254.169.254/?token=${TOKEN}`;
    expect(await world.target.apply(green, world.io())).toMatchObject({ is: 'refused', why: { code: 'address-forbidden' } });
  });
});

describe('a configuration', () => {
  const config = (given: object) => ({ kind: 'app-center', url: REFERENCE, ...given });

  it.each([PATCH, { ...PATCH, pin: false }, { ...PATCH, url: 'env:IT_SECRET_URL' }, { body: 'empty' }])('%j is fine', (given) => {
    expect(targetProblems(config(given))).toEqual([]);
  });

  it.each<readonly [object, string, RegExp]>([
    [{}, 'body', /must be "patch".*or "empty"/],
    [{ body: 'patch', container: 'web' }, 'deployment', /is missing: write the name of the deployment.*or "body": "empty"/],
    [{ body: 'patch', deployment: 'demo' }, 'container', /is missing/],
    [{ body: 'empty', deployment: 'demo' }, 'deployment', /no place in an empty body/],
    [{ body: 'empty', pin: true }, 'pin', /no place in an empty body/],
    [{ ...PATCH, deployment: 'Demo app' }, 'deployment', /"Demo app" is not the name of a Deployment/],
    [{ ...PATCH, pin: 'no' }, 'pin', /true or false/],
    [{ ...PATCH, method: 'GET' }, 'method', /allowed are kind, url, body, deployment, container, pin/],
  ])('%j is refused', (given, field, why) => {
    expect(targetProblems(config(given))).toEqual([{ field, why: expect.stringMatching(why) }]);
  });

  it('with the URL itself in place of its reference is refused without it being repeated', () => {
    const problems = targetProblems(config({ ...PATCH, url: `https://cs.console.aliyun.com/hook/trigger?token=${TOKEN}` }));
    expect(problems).toEqual([{ field: 'url', why: expect.stringContaining('never the secret itself') }]);
    expect(JSON.stringify(problems)).not.toContain(TOKEN.slice(0, 12));
  });
});
