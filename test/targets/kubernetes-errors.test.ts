/** What the API server answers when it does not do what it is asked, and what cannot be reached or read at all. */
import { describe, expect, it } from 'vitest';
import { CERTIFICATE } from '../outbound/certificate.ts';
import { serveHttps } from '../outbound/loopback.ts';
import { TOKEN } from './fake-kubernetes.ts';
import { GREEN, makeIo, NOW } from './io.ts';
import { green, kubernetesWorld, tell } from './kubernetes-world.ts';

const ALWAYS = Number.POSITIVE_INFINITY;
const CANNOT =
  'deployments.apps "web" is forbidden: User "system:serviceaccount:shop:x" cannot patch resource "deployments" in API group "apps" in the namespace "shop"';

describe('an answer', () => {
  it.each([
    [
      403,
      CANNOT,
      'refused',
      'access-denied',
      /^it may not patch deployments\/web in the namespace shop \(.*cannot patch.*"image-triggers application grant web" prints what is needed$/,
    ],
    [403, 'pods "web" is forbidden: exceeded quota: shop', 'refused', 'target-refused', /exceeded quota/],
    [403, 'admission webhook "no.latest" denied the request: it cannot be', 'refused', 'target-refused', /denied the request/],
    [
      422,
      'Deployment.apps "web" is invalid: spec.template: Invalid value',
      'refused',
      'target-refused',
      /^patch deployments\/web in the namespace shop: answered 422: Deployment.apps "web" is invalid/,
    ],
    [400, 'cannot restore slice from map', 'refused', 'target-refused', /answered 400/],
    [404, 'deployments.apps "web" not found', 'refused', 'target-not-found', /answered 404/],
    [429, 'too many requests', 'unavailable', 'unavailable', /answered 429/],
    [500, 'etcdserver: leader changed', 'unavailable', 'unavailable', /answered 500: etcdserver: leader changed/],
    [504, 'Timeout: request did not complete', 'unavailable', 'unavailable', /answered 504/],
  ] as const)('%i %s: %s, %s', async (status, message, is, code, detail) => {
    const world = await kubernetesWorld();
    world.fake.refuse.set('patch deployments', { times: ALWAYS, with: { status, message } });
    expect(await tell(world)).toMatchObject({ is, why: { code, detail: expect.stringMatching(detail) }, exchange: { response: { status } } });
    expect(await world.changes()).toBe(0);
  });

  it('that asks for patience is given it, by its header or its body', async () => {
    const world = await kubernetesWorld();
    world.fake.refuse.set('get deployments', { times: 1, with: { status: 429, message: 'later', headers: { 'retry-after': '7' } } });
    expect(await tell(world)).toMatchObject({ is: 'unavailable', retryAfter: 7_000 });
    world.fake.refuse.set('get deployments', { times: 1, with: { status: 504, message: 'later', details: { retryAfterSeconds: 2 } } });
    expect(await tell(world)).toMatchObject({ is: 'unavailable', retryAfter: 2_000 });
  });

  it('of 401 names the cure', async () => {
    const world = await kubernetesWorld();
    world.fake.allows = () => false;
    expect(await tell(world)).toMatchObject({
      is: 'refused',
      why: {
        code: 'access-denied',
        detail: expect.stringMatching(/does not know who asks to get deployments\/web in the namespace shop.*application grant web/),
      },
    });
  });

  it('of 404 to the first look says what is not there', async () => {
    const world = await kubernetesWorld();
    world.fake.remove(world.path);
    expect(await tell(world)).toMatchObject({ is: 'refused', why: { code: 'target-not-found', detail: 'there is no deployments/web in the namespace shop' } });
  });

  it('that is no JSON is none of an API server', async () => {
    const world = await kubernetesWorld();
    world.fake.refuse.set('get deployments', { times: ALWAYS, with: { raw: '<html>Sign in</html>' } });
    expect(await tell(world)).toMatchObject({
      is: 'refused',
      why: { code: 'target-misconfigured', detail: expect.stringContaining('is this the address of a Kubernetes API server?') },
    });
  });

  it('that is larger than any object is not read to its end; one of a megabyte is', async () => {
    const world = await kubernetesWorld();
    world.fake.edit(world.path, (object) => void Object.assign(object, { data: 'x'.repeat(1_000_000) }));
    expect(await tell(world)).toMatchObject({ is: 'applied' });
    world.fake.refuse.set('get deployments', { times: ALWAYS, with: { raw: JSON.stringify({ data: 'x'.repeat(4_194_304) }) } });
    expect(await tell(world)).toMatchObject({
      is: 'refused',
      why: { code: 'target-misconfigured', detail: expect.stringContaining('more than 4194304 bytes') },
    });
  });

  it('that breaks off may be whole the next time', async () => {
    const server = await serveHttps((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"kind":');
      setImmediate(() => response.destroy());
    });
    const world = await kubernetesWorld();
    const target = world.targetWith({ server: server.origin });
    const io = makeIo({ allow: [`127.0.0.1:${server.port}`], secrets: { 'ssm:/image-triggers/token': TOKEN } });
    expect(await target.read({ set: green }, io)).toMatchObject({ is: 'unavailable', why: { detail: expect.stringContaining('broke off') } });
  });

  it('is recorded without the token, and without what was sent', async () => {
    const world = await kubernetesWorld();
    world.fake.refuse.set('patch deployments', { times: ALWAYS, with: { status: 422, message: `no: ${TOKEN}` } });
    const outcome = await tell(world);
    if (outcome.is !== 'refused') throw new Error(JSON.stringify(outcome));
    expect(outcome.exchange?.request).toEqual({
      method: 'PATCH',
      url: expect.stringContaining(`${world.path}?fieldManager=`),
      headers: expect.objectContaining({ authorization: '[redacted]' }),
    });
    expect(JSON.stringify(outcome.exchange)).not.toContain(TOKEN);
    expect(JSON.stringify(outcome.exchange)).not.toContain(GREEN);
  });
});

describe('what cannot be reached or read', () => {
  it('is an API server that another authority vouches for', async () => {
    const world = await kubernetesWorld();
    const target = world.targetWith({ ca: undefined });
    expect(await target.read({ set: green }, world.io())).toMatchObject({
      is: 'unavailable',
      why: { detail: expect.stringContaining('self-signed certificate') },
    });
    expect(world.fake.asked).toEqual([]);
  });

  it('is an address that must not be called', async () => {
    const world = await kubernetesWorld();
    const io = makeIo({ secrets: { 'ssm:/image-triggers/token': TOKEN } });
    expect(await world.target.read({ set: green }, io)).toMatchObject({ is: 'refused', why: { code: 'address-forbidden' } });
  });

  it.each([
    ['a token that does not exist', {}, 'refused', /token does not exist/],
    ['a token of two lines', { 'ssm:/image-triggers/token': 'a\nb' }, 'refused', /is no token/],
    ['a token of nothing', { 'ssm:/image-triggers/token': ' \n' }, 'refused', /is no token/],
    ['a certificate that does not exist', { 'ssm:/image-triggers/token': TOKEN }, 'refused', /ca does not exist/],
    [
      'a certificate that is none',
      { 'ssm:/image-triggers/token': TOKEN, 'ssm:/image-triggers/ca': 'x' },
      'refused',
      /the certificate ssm:\/image-triggers\/ca is no certificate in PEM/,
    ],
  ] as const)('is %s', async (_, secrets, is, detail) => {
    const world = await kubernetesWorld();
    const target = world.targetWith({ ca: 'ssm:/image-triggers/ca' });
    const io = makeIo({ allow: [`127.0.0.1:${world.fake.port}`], secrets });
    expect(await target.read({ set: green }, io)).toMatchObject({ is, why: { code: 'secret-unreadable', detail: expect.stringMatching(detail) } });
    expect(world.fake.asked).toEqual([]);
  });

  it('is a secret whose store does not answer, for now', async () => {
    const world = await kubernetesWorld();
    const io = { ...world.io(), secret: () => Promise.reject(new Error('SSM is throttled')) };
    expect(await world.target.read({ set: green }, io)).toEqual({
      is: 'unavailable',
      why: { code: 'unavailable', detail: 'SSM is throttled' },
      answered: true,
    });
  });
});

it('a certificate may lie in a secret, and the token is read once for an attempt and anew for the next', async () => {
  const world = await kubernetesWorld();
  const target = world.targetWith({ ca: 'ssm:/image-triggers/ca' });
  let reads = 0;
  const attempt = () => {
    const io = makeIo({ allow: [`127.0.0.1:${world.fake.port}`], secrets: { 'ssm:/image-triggers/token': TOKEN, 'ssm:/image-triggers/ca': CERTIFICATE } });
    return {
      ...io,
      secret: (reference: string) => {
        reads += 1;
        return io.secret(reference);
      },
    };
  };
  const io = attempt();
  const seen = await target.read({ restart: true, since: NOW }, io);
  if (seen.is !== 'seen') throw new Error(JSON.stringify(seen));
  expect(await target.apply({ restart: true, since: NOW }, seen, io)).toMatchObject({ is: 'applied' });
  expect(reads).toBe(2);
  await target.read({ set: green }, attempt());
  expect(reads).toBe(4);
});
