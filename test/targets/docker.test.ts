/** What a `docker` target does beyond the contract: what it carries over, pulls, checks, and says. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../functions/core/outcome.ts';
import type { TargetIo, Wish } from '../../functions/targets/target.ts';
import { drive, readableOf } from './docker-drive.ts';
import { type DockerWorld, dockerWorld, imageOf, REPOSITORY, THEIRS } from './docker-world.ts';
import { type FakeContainer, frame, type Json } from './fake-docker.ts';
import { BLUE, GREEN, makeIo, NOW, wanted } from './io.ts';
import { targetOf, targetProblems } from './kinds.ts';

const TO_GREEN = { set: [wanted('v2', GREEN)] } as const;

const tell = async (world: DockerWorld, wish: Wish = TO_GREEN, io: TargetIo = world.io()): Promise<Outcome> => {
  const target = readableOf(world);
  const seen = await target.read(wish, io);
  if (seen.is !== 'seen') return seen.is === 'refused' ? seen : { ...seen, answered: true };
  return target.apply(wish, seen, io);
};
const handleOf = (outcome: Outcome): string => (outcome.is === 'applied' ? outcome.handle : '');
const healthy = (world: DockerWorld) => (): void => {
  if (world.fake.named('web.next') !== undefined) world.finish?.('healthy');
};
const labelsIn = ({ Labels: labels }: Json): object => (typeof labels === 'object' && labels !== null ? labels : {});

describe('what is carried over', () => {
  const BODY = {
    Image: `${REPOSITORY}:v1`,
    Env: ['MODE=production', 'VERSION=bb'],
    User: '1000',
    WorkingDir: '/srv',
    Hostname: 'shop-1',
    Cmd: ['serve', '--fast'],
    Labels: { team: 'shop' },
    HostConfig: {
      Binds: ['data:/data'],
      RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
      NetworkMode: 'shop',
      Memory: 67_108_864,
      AutoRemove: true,
      Runtime: 'oci',
      Ulimits: [{ Name: 'RLIMIT_NOFILE', Hard: 1024, Soft: 1024 }],
    },
    NetworkingConfig: { EndpointsConfig: { shop: { Aliases: ['web'] } } },
  };

  it('is what the container was given beyond its image, and nothing of the image itself', async () => {
    const world = await dockerWorld({}, BODY);
    expect(await tell(world)).toMatchObject({ is: 'applied' });
    expect(world.fake.created).toEqual([
      {
        Image: `${REPOSITORY}@${GREEN}`,
        Env: ['MODE=production'],
        User: '1000',
        WorkingDir: '/srv',
        Hostname: 'shop-1',
        Cmd: ['serve', '--fast'],
        Labels: {
          team: 'shop',
          'image-triggers.container': 'web',
          'image-triggers.image': `${REPOSITORY}:v2@${GREEN}`,
          'image-triggers.key': 'web.7',
        },
        HostConfig: {
          Binds: ['data:/data'],
          RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
          NetworkMode: 'shop',
          Memory: 67_108_864,
          AutoRemove: false,
          Ulimits: [{ Name: 'nofile', Hard: 1024, Soft: 1024 }],
        },
        NetworkingConfig: { EndpointsConfig: { shop: { Aliases: ['web'] } } },
      },
    ]);
  });

  it('is overridden by the configuration, whose own variables go when they are taken out of it', async () => {
    const world = await dockerWorld({ env: { MODE: 'staging', EXTRA: '1' }, command: ['run'], volumes: ['/a:/b:ro'], restart: 'no', stopSeconds: 3 }, BODY);
    await drive(world, TO_GREEN, world.io(), healthy(world));
    expect(world.fake.created[0]).toMatchObject({
      Env: ['MODE=staging', 'EXTRA=1'],
      Cmd: ['run'],
      StopTimeout: 3,
      HostConfig: { Binds: ['/a:/b:ro'], RestartPolicy: { Name: 'no' } },
    });
    const later = { ...world, definition: { kind: 'docker', container: 'web' } };
    await drive(later, { set: [wanted('v1', BLUE)] }, world.io({ idempotencyKey: 'web.8' }), healthy(world));
    expect(world.fake.created[1]).toMatchObject({ Env: [] });
  });
});

describe('the first deployment', () => {
  it('creates the container from the configuration and the image that was pushed', async () => {
    const world = await dockerWorld({ address: '127.0.0.1:8080', port: 80, env: { A: 'b' }, health: { path: '/up' } });
    world.fake.containers.splice(0);
    expect(await drive(world, TO_GREEN, world.io(), () => void world.answers.set(40_001, 204))).toEqual({ is: 'done' });
    expect(world.reached).toContain('40001/up');
    expect(world.fake.created).toEqual([
      {
        Image: `${REPOSITORY}@${GREEN}`,
        Env: ['A=b'],
        ExposedPorts: { '80/tcp': {} },
        Labels: {
          'image-triggers.container': 'web',
          'image-triggers.image': `${REPOSITORY}:v2@${GREEN}`,
          'image-triggers.key': 'web.7',
          'image-triggers.env': 'A',
          'image-triggers.address': '127.0.0.1:8080',
          'image-triggers.port': '80',
          'image-triggers.protocol': 'http',
        },
        HostConfig: {
          AutoRemove: false,
          RestartPolicy: { Name: 'unless-stopped' },
          PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '0' }] },
          PublishAllPorts: false,
        },
      },
    ]);
    expect(world.fake.containers.map(({ name, status }) => `${name} ${status}`)).toEqual(['web running']);
  });

  it('of a restart there is none', async () => {
    const world = await dockerWorld();
    world.fake.containers.splice(0);
    expect(await readableOf(world).read({ restart: true, since: NOW }, world.io())).toMatchObject({ is: 'refused', why: { code: 'target-not-found' } });
  });
});

describe('the image', () => {
  it('is pulled by its digest and tagged; a roll back needs no pull', async () => {
    const world = await dockerWorld();
    await drive(world, TO_GREEN, world.io(), healthy(world));
    expect(world.fake.pulls).toBe(1);
    expect(world.fake.images.get(`${REPOSITORY}:v2`)?.digest).toBe(GREEN);
    await drive(world, { set: [wanted('v1', BLUE)] }, world.io({ idempotencyKey: 'web.8' }), healthy(world));
    expect(world.fake.pulls).toBe(1);
    expect(world.fake.named('web')?.image.digest).toBe(BLUE);
    expect(world.fake.named('web.previous')?.image.digest).toBe(GREEN);
    expect(world.fake.containers).toHaveLength(2);
  });

  it.each([
    ['unauthorized: authentication required', 'access-denied'],
    ['manifest unknown: manifest unknown', 'target-refused'],
    ['net/http: TLS handshake timeout', 'unavailable'],
  ])('%s, inside an answer of 200, is %s', async (error, code) => {
    const world = await dockerWorld();
    world.fake.pullError = error;
    expect(await tell(world)).toMatchObject({ is: code === 'unavailable' ? 'unavailable' : 'refused', why: { code, detail: expect.stringContaining(error) } });
    expect(await world.changes()).toBe(0);
  });

  it('that takes its time is taken up by the next attempt', async () => {
    const world = await dockerWorld();
    world.fake.instead.push({ match: /images\/create/, times: 1, with: 'cut' });
    expect(await tell(world)).toMatchObject({ is: 'unavailable', answered: true, why: { detail: expect.stringContaining('still being pulled') } });
    expect(await tell(world)).toMatchObject({ is: 'applied' });
  });

  it('is pulled with the credential of the registry, which no record holds', async () => {
    const world = await dockerWorld({ registryAuth: 'env:REGISTRY' });
    const io = makeIo({ secrets: { 'env:REGISTRY': '{"username":"robot","password":"hunter2hunter2"}' } });
    const headers: unknown[] = [];
    const outcome = await tell(world, TO_GREEN, {
      ...world.io(),
      secret: io.secret,
      docker: (request) => {
        headers.push(request.headers?.['x-registry-auth']);
        return world.io().docker?.(request) ?? Promise.reject(new Error('no docker'));
      },
    });
    const sent = headers.find((header) => header !== undefined);
    expect(JSON.parse(Buffer.from(String(sent), 'base64url').toString())).toEqual({ username: 'robot', password: 'hunter2hunter2' });
    expect(outcome.is === 'applied' ? outcome.exchange?.request.headers : {}).toMatchObject({ 'x-registry-auth': '[redacted]' });
    const wrong = makeIo({ secrets: { 'env:REGISTRY': 'hunter2hunter2' } });
    const refused = await tell(await dockerWorld({ registryAuth: 'env:REGISTRY' }), TO_GREEN, { ...world.io(), secret: wrong.secret, idempotencyKey: 'web.9' });
    expect(JSON.stringify(refused)).not.toContain('hunter2');
  });
});

it('a create that is refused does not put the variables of the application on record', async () => {
  const world = await dockerWorld({ env: { PASSWORD: 'hunter2hunter2' } });
  world.refuse?.();
  const outcome = await tell(world);
  expect(outcome).toMatchObject({ is: 'refused', exchange: { response: { status: 400 } } });
  expect(JSON.stringify(outcome)).not.toContain('hunter2');
});

describe('a restart', () => {
  it('makes the same content run anew beside, and is known again by its deployment', async () => {
    const world = await dockerWorld();
    const wish = { restart: true, since: NOW } as const;
    expect(await drive(world, wish, world.io(), healthy(world))).toEqual({ is: 'done' });
    expect(world.fake.created[0]?.Image).toBe(world.live.image.id);
    expect(world.fake.named('web')?.id).not.toBe(world.live.id);
    const target = readableOf(world);
    expect(await target.read(wish, world.io({ attempted: true }))).toMatchObject({ running: true, settled: true });
    expect(await target.read(wish, world.io({ attempted: true, idempotencyKey: 'web.8' }))).toMatchObject({ running: false });
  });
});

describe('a template', () => {
  const template = (more: object = {}): Wish => ({
    template: [
      { kind: 'Service' },
      {
        kind: 'Deployment',
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'side', image: 'redis' },
                { name: 'web', image: `${REPOSITORY}:v2@${GREEN}`, command: ['run'], env: [{ name: 'MODE', value: 'x' }], ...more },
              ],
            },
          },
        },
      },
    ],
    version: 3,
    since: NOW,
  });

  it('gives image, command and variables; what means nothing here is said once', async () => {
    const world = await dockerWorld({ template: true });
    const outcome = await tell(world, template({ args: ['--fast'], resources: {} }));
    expect(world.fake.created[0]).toMatchObject({ Image: `${REPOSITORY}@${GREEN}`, Entrypoint: ['run'], Cmd: ['--fast'], Env: ['MODE=x'] });
    expect(await readableOf(world).observe(handleOf(outcome), world.io())).toMatchObject({
      is: 'progressing',
      detail: expect.stringContaining('mean nothing here: resources'),
    });
  });

  it('runs when image and all of it are the same, and what it leaves out is gone', async () => {
    const world = await dockerWorld({ template: true });
    const target = readableOf(world);
    expect(target.takesTemplates).toBe(true);
    expect(await drive(world, template(), world.io(), healthy(world))).toEqual({ is: 'done' });
    expect(await target.read(template(), world.io())).toMatchObject({ running: true, settled: true });
    expect(await target.read(template({ env: [] }), world.io())).toMatchObject({ running: false });
    await drive(world, template({ env: [], command: undefined }), world.io({ idempotencyKey: 'web.8' }), healthy(world));
    expect(world.fake.created[1]).toMatchObject({ Env: [] });
    expect(world.fake.created[1]).not.toHaveProperty('Entrypoint');
  });

  it('without such a container is refused with those it holds', async () => {
    const world = await dockerWorld({ template: true, container: 'other' });
    expect(await readableOf(world).read(template(), world.io())).toMatchObject({
      is: 'refused',
      why: { code: 'no-container', detail: expect.stringContaining('it holds side, web') },
    });
  });
});

describe('a fixed port', () => {
  const FIXED = { HostConfig: { PortBindings: { '8080/tcp': [{ HostIp: '', HostPort: '8080' }] } } };

  it('is given over: the former is stopped first, and started again when the next one fails', async () => {
    const world = await dockerWorld({}, FIXED);
    const outcome = await tell(world);
    expect(world.live.status).toBe('exited');
    expect(world.fake.named('web.next')?.status).toBe('running');
    world.finish?.('failed');
    expect(await readableOf(world).observe(handleOf(outcome), world.io())).toMatchObject({ is: 'failed', evidence: expect.stringContaining('cannot go on') });
    expect(world.live.status).toBe('running');
    expect(world.fake.named('web')?.id).toBe(world.live.id);
  });

  it('that somebody else has is why it could not be started', async () => {
    const world = await dockerWorld({}, FIXED);
    const other = world.fake.add('other', imageOf(BLUE));
    Object.assign(other, { status: 'running', ports: { '8080/tcp': [{ HostIp: '', HostPort: '8080' }] } });
    expect(await drive(world, TO_GREEN, world.io(), () => undefined)).toMatchObject({
      is: 'failed',
      detail: expect.stringContaining('port is already allocated'),
    });
  });
});

describe('health', () => {
  const WEB = { address: '127.0.0.1:8080', port: 8080 };
  const look = async (more: Json, then: (world: DockerWorld) => void) => {
    const world = await dockerWorld({ ...WEB, ...more });
    const outcome = await tell(world);
    then(world);
    return readableOf(world).observe(handleOf(outcome), world.io());
  };

  it.each([
    [{ path: '/up' }, 200, 'healthy'],
    [{ path: '/up' }, 302, 'healthy'],
    [{ path: '/up' }, 404, 'progressing'],
    [{ path: '/up', status: 404 }, 404, 'healthy'],
    [{ path: '/up' }, 'closed', 'progressing'],
    [{ path: '/up' }, 'mute', 'progressing'],
  ] as const)('%j answered %s is %s', async (health, answer, is) => {
    expect(await look({ health }, (world) => void world.answers.set(40_001, answer))).toMatchObject({ is });
  });

  it('is none where a restart policy starts it over and over', async () => {
    expect(await look({}, ({ fake }) => void Object.assign(fake.named('web.next') ?? {}, { restarts: 2, health: 'healthy' }))).toMatchObject({
      is: 'failed',
      why: { detail: 'it ended, and was started again 2 times by its restart policy' },
    });
  });

  it('of the image decides where none is configured', async () => {
    expect(await look({}, ({ fake }) => void Object.assign(fake.named('web.next') ?? {}, { health: 'unhealthy' }))).toMatchObject({
      is: 'failed',
      why: { detail: expect.stringContaining('no answer') },
    });
  });

  it('of an image without a check is an answer on its port, or some seconds of running', async () => {
    const plain = (status: number | 'closed' | 'mute', ms: number) => async () => {
      const world = await dockerWorld(WEB);
      world.fake.registry.set(`${REPOSITORY}@${GREEN}`, imageOf(GREEN, { Healthcheck: undefined }));
      const outcome = await tell(world);
      world.answers.set(40_001, status);
      return readableOf(world).observe(handleOf(outcome), { ...world.io(), now: () => NOW + ms });
    };
    expect(await plain(500, 0)()).toMatchObject({ is: 'healthy' });
    expect(await plain('closed', 60_000)()).toMatchObject({ is: 'progressing' });
    expect(await plain('mute', 5_000)()).toMatchObject({ is: 'progressing' });
    expect(await plain('mute', 10_000)()).toMatchObject({ is: 'healthy' });
  });

  it('brings the commit that the image names', async () => {
    const world = await dockerWorld();
    const labels = { 'org.opencontainers.image.revision': 'abc', 'org.opencontainers.image.source': 'https://git.example.com/web' };
    world.fake.registry.set(`${REPOSITORY}@${GREEN}`, imageOf(GREEN, { Labels: labels }));
    const handle = handleOf(await tell(world));
    world.finish?.('healthy');
    expect(await readableOf(world).observe(handle, world.io())).toEqual({
      is: 'healthy',
      commit: { revision: 'abc', source: 'https://git.example.com/web' },
    });
    // A label of the image is not one of the container.
    expect(labelsIn(world.fake.created[0] ?? {})).not.toHaveProperty(['org.opencontainers.image.revision']);
  });
});

describe('the evidence of a failure', () => {
  const failed = async (how: Partial<FakeContainer>, body: Json = {}): Promise<{ readonly detail: string | undefined; readonly evidence: string }> => {
    const world = await dockerWorld({}, body);
    const handle = handleOf(await tell(world));
    Object.assign(world.fake.named('web.next') ?? {}, how);
    const rollout = await readableOf(world).observe(handle, world.io());
    if (rollout.is !== 'failed') throw new Error(`it is ${rollout.is}`);
    return { detail: rollout.why.detail, evidence: rollout.evidence };
  };

  it('says the code and the last lines of one that ended', async () => {
    expect(await failed({ status: 'exited', exitCode: 3 })).toEqual({
      detail: 'it ended with exit code 3',
      evidence: 'its last lines: started aaa\ncannot go on',
    });
  });

  it('says them of one that is started over and over, where the container shows none', async () => {
    expect(await failed({ status: 'running', exitCode: 3, restarts: 2 })).toEqual({
      detail: 'it ended, and was started again 2 times by its restart policy',
      evidence: 'exit code 3; its last lines: started aaa\ncannot go on',
    });
  });

  it('of one that could not be started is what the daemon said of it', async () => {
    const world = await dockerWorld();
    world.fake.instead.push({ match: /start$/, times: 1, with: { status: 400, message: 'no such file' } });
    const handle = handleOf(await tell(world));
    Object.assign(world.fake.named('web.next') ?? {}, { log: '' });
    expect(await readableOf(world).observe(handle, world.io())).toEqual({
      is: 'failed',
      why: { code: 'rollout-failed', detail: 'it could not be started: no such file' },
      evidence: '',
    });
  });

  it('reads a log with a terminal, which has no heads, and one that is empty', async () => {
    expect(await failed({ status: 'exited', log: 'one\r\ntwo\r\n' })).toMatchObject({ evidence: 'its last lines: one\r\ntwo' });
    expect(await failed({ status: 'exited', log: '' })).toMatchObject({ evidence: 'it said nothing' });
  });

  it('keeps the end of long lines, and pieces of one line together', async () => {
    const { evidence } = await failed({ status: 'exited', log: frame('x'.repeat(200)) + frame(`${'y'.repeat(200)} and the `) + frame('cause\n') });
    expect(evidence).toMatch(/^its last lines: x+y+ and the cause$/);
    expect(evidence.length).toBeLessThanOrEqual('its last lines: '.length + 400);
  });

  it('holds no password that the container was given', async () => {
    const Env = ['DB_PASSWORD=hunter2hunter2', 'DATABASE_URL=postgres://shop:hunter2hunter2@db.example/shop', 'MODE=production', 'PIN_TOKEN=1'];
    const log = frame('connect postgres://shop:hunter2hunter2@db.example/shop in production: 1 try\n') + frame('also ftp://a:b@c and hunter2hunter2\n');
    expect((await failed({ status: 'exited', log }, { Env })).evidence).toBe(
      'its last lines: connect $DATABASE_URL in production: 1 try\nalso ftp://…@c and $DB_PASSWORD',
    );
  });

  it('is not had where the daemon does not give it, and the verdict stands', async () => {
    const world = await dockerWorld();
    const handle = handleOf(await tell(world));
    Object.assign(world.fake.named('web.next') ?? {}, { restarts: 1 });
    for (const match of [/^GET \/events/, /logs/]) world.fake.instead.push({ match, times: 1, with: { status: 500, message: 'no journal' } });
    expect(await readableOf(world).observe(handle, world.io())).toMatchObject({
      is: 'failed',
      evidence: expect.stringMatching(/^its last lines are not known \(.*no journal\)$/),
    });
  });

  it('is also that of one that took the name over and ended since', async () => {
    const world = await dockerWorld();
    const handle = handleOf(await tell(world));
    world.finish?.('healthy');
    await readableOf(world).observe(handle, world.io());
    Object.assign(world.fake.named('web') ?? {}, { status: 'exited', exitCode: 137 });
    expect(await readableOf(world).observe(handle, world.io())).toMatchObject({
      is: 'failed',
      why: { detail: 'web was healthy, and since then it ended with exit code 137' },
      evidence: expect.stringContaining('cannot go on'),
    });
  });
});

describe('on the network of the host', () => {
  const HOST = { HostConfig: { NetworkMode: 'host' } };

  it('each container is told a port of its own, which nobody answers on', async () => {
    const world = await dockerWorld({ address: '127.0.0.1:8080', port: 8080, portVariable: 'PORT' }, HOST);
    await tell(world);
    const [first] = world.reached;
    const port = Number(first?.split('/')[0]);
    expect(world.fake.created[0]).toMatchObject({ Env: [`PORT=${port}`], Labels: { 'image-triggers.host-port': String(port) } });
    const taken = await dockerWorld({ address: '127.0.0.1:8080', port: 8080, portVariable: 'PORT' }, HOST);
    taken.answers.set(port, 200);
    await tell(taken);
    expect(taken.fake.created[0]).not.toMatchObject({ Env: [`PORT=${port}`] });
  });

  it('an address needs the variable', async () => {
    const world = await dockerWorld({ address: '127.0.0.1:8080', port: 8080 }, HOST);
    expect(await tell(world)).toMatchObject({ is: 'refused', why: { code: 'target-misconfigured', detail: expect.stringContaining('portVariable') } });
  });
});

it('what was on its way gives way to what is wanted now, also when that runs already', async () => {
  const world = await dockerWorld();
  await tell(world);
  expect(await drive(world, { set: [wanted('v1', BLUE)] }, world.io({ idempotencyKey: 'web.8' }), () => undefined)).toEqual({ is: 'unchanged' });
  expect(world.fake.containers.map(({ name }) => name)).toEqual(['web']);
});

it('a container that died between the two names goes back when the next one turns out bad', async () => {
  const world = await dockerWorld();
  const handle = handleOf(await tell(world));
  world.live.name = 'web.previous';
  world.finish?.('failed');
  expect(await readableOf(world).observe(handle, world.io())).toMatchObject({ is: 'failed' });
  expect(world.fake.named('web')?.id).toBe(world.live.id);
});

it('of images that were pulled for it, those of the container and of its former one stay', async () => {
  const world = await dockerWorld();
  const digests = (): readonly string[] => [...new Set([...world.fake.images.values()].map(({ digest }) => digest))];
  await drive(world, TO_GREEN, world.io(), healthy(world));
  await drive(world, { set: [wanted('theirs', THEIRS)] }, world.io({ idempotencyKey: 'web.8' }), healthy(world));
  // BLUE was there before us.
  expect(digests()).toEqual([BLUE, GREEN, THEIRS]);
  await drive(world, { set: [wanted('v1', BLUE)] }, world.io({ idempotencyKey: 'web.9' }), healthy(world));
  expect(digests()).toEqual([BLUE, THEIRS]);
});

it('the former one stays stopped when the daemon starts again, and that is not carried on', async () => {
  const world = await dockerWorld({}, { HostConfig: { RestartPolicy: { Name: 'always' } } });
  await drive(world, TO_GREEN, world.io(), healthy(world));
  expect(world.fake.named('web.previous')?.policy).toBe('no');
  expect(world.fake.created[0]).toMatchObject({ HostConfig: { RestartPolicy: { Name: 'always' } } });
  // Somebody removed the live one by hand.
  const live = world.fake.named('web');
  if (live !== undefined) world.fake.containers.splice(world.fake.containers.indexOf(live), 1);
  await drive(world, TO_GREEN, world.io({ idempotencyKey: 'web.8' }), healthy(world));
  expect(world.fake.created[1]).toMatchObject({ HostConfig: { RestartPolicy: { Name: 'unless-stopped' } } });
  expect(world.fake.named('web')?.status).toBe('running');
});

it('without the socket it is refused with the way to get it', async () => {
  const world = await dockerWorld();
  expect(await readableOf(world).read(TO_GREEN, makeIo())).toMatchObject({
    is: 'refused',
    why: { code: 'target-misconfigured', detail: expect.stringContaining('npm start -- --docker') },
  });
});

it('a repository that the container does not run is no container', async () => {
  const world = await dockerWorld();
  const other = { image: { repository: 'registry.example.com/shop/other', tag: 'v1', digest: GREEN }, hosts: [] };
  expect(await readableOf(world).read({ set: [other] }, world.io())).toMatchObject({ is: 'refused', why: { code: 'no-container' } });
});

describe('the configuration', () => {
  const config = (given: object) => ({ kind: 'docker', container: 'web', ...given });

  it.each([
    config({}),
    config({ address: '127.0.0.1:8080', port: 8080, health: { path: '/', status: 204 }, restart: 'always', stopSeconds: 0 }),
    config({ address: '[::1]:80', port: 80, network: 'host', portVariable: 'PORT' }),
    config({ volumes: ['data:/data', '/srv/x:/y:ro'], command: ['a', 'b'], env: { A: '' }, registryAuth: 'env:A', template: true }),
  ])('%j is fine', (value) => {
    expect(targetProblems(value)).toEqual([]);
    expect(targetOf(value)).toMatchObject({ ok: true });
  });

  it.each<readonly [object, string, RegExp]>([
    [{ container: 'a b' }, 'container', /"a b" is not the name of a container/],
    [{ container: 'web.next' }, 'container', /ends in \.next or \.previous/],
    [{ address: 'localhost:80', port: 80 }, 'address', /write it as in 127\.0\.0\.1:8080/],
    [{ address: '127.0.0.1:70000', port: 80 }, 'address', /not an IP address with a port/],
    [{ address: '127.0.0.1:80' }, 'port', /is missing: with "address"/],
    [{ health: { path: '/' } }, 'port', /is missing: with "health"/],
    [{ port: 0 }, 'port', /whole number from 1 to 65535/],
    [{ port: 80, health: { path: 'up' } }, 'health', /"up" is not a path/],
    [{ port: 80, health: { path: '/', method: 'GET' } }, 'health', /"method" is not known here: allowed are path, status/],
    [{ network: 'shop', portVariable: 'PORT' }, 'portVariable', /on the network "host" only/],
    [{ env: { 'A B': '' } }, 'env', /"A B" is not the name of a variable/],
    [{ env: { A: 1 } }, 'env', /A must be a text/],
    [{ volumes: ['data'] }, 'volumes', /"data" cannot stand there: write source:\/path/],
    [{ command: 'run' }, 'command', /must be a list/],
    [{ restart: 'maybe' }, 'restart', /"maybe" is none of no, on-failure/],
    [{ stopSeconds: 61 }, 'stopSeconds', /from 0 to 60/],
    [{ template: 'x' }, 'template', /must be true, or be left out/],
    [{ registryAuth: 'hunter2' }, 'registryAuth', /is not a reference to a secret/],
  ])('%j is refused', (given, field, why) => {
    expect(targetProblems(config(given))).toEqual([{ field, why: expect.stringMatching(why) }]);
  });
});
