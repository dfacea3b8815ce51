/** From an accepted update to a function, a version and an alias that run the image: one step a look, and every step again after a crash. */
import { describe, expect, it } from 'vitest';
import { GREEN, NOW, wanted } from './io.ts';
import { green, handleIn, type LambdaWorld, lambdaWorld, tell } from './lambda-world.ts';

const updated = async (given: object): Promise<{ readonly world: LambdaWorld; look(): ReturnType<LambdaWorld['target']['observe']> }> => {
  const world = await lambdaWorld(given);
  const handle = handleIn(await tell(world));
  world.finish?.('healthy');
  return { world, look: () => world.target.observe(handle, world.io()) };
};
const count = ({ fake }: LambdaWorld, action: string): number => fake.asked.filter((asked) => asked === action).length;

describe('an update', () => {
  it('says what Lambda says while it is under way, and when it fails', async () => {
    const world = await lambdaWorld();
    const handle = handleIn(await tell(world));
    expect(await world.target.observe(handle, world.io())).toMatchObject({
      is: 'progressing',
      lookAgainIn: 3_000,
      detail: expect.stringContaining('Creating: The function'),
    });
    expect(await world.target.observe(handle, { ...world.io(), now: () => NOW + 61_000 })).toMatchObject({ lookAgainIn: 15_000 });
    world.finish?.('failed');
    world.fake.latest.state = 'Inactive';
    expect(await world.target.observe(handle, world.io())).toEqual({
      is: 'failed',
      why: { code: 'rollout-failed', detail: 'InvalidImage: The image cannot be started: its entry point does not exist.' },
      evidence: 'the function is Inactive: it is Inactive',
    });
  });

  it('that failed is ours although the former image is shown again', async () => {
    const world = await lambdaWorld();
    const former = structuredClone(world.fake.latest);
    const handle = handleIn(await tell(world));
    world.finish?.('failed');
    Object.assign(world.fake.latest, { imageUri: former.imageUri, digest: former.digest });
    expect(await world.target.observe(handle, world.io())).toMatchObject({ is: 'failed', why: { code: 'rollout-failed' } });
  });

  it('is not judged by an answer from before it', async () => {
    const world = await lambdaWorld();
    world.fake.behind = { ...world.fake.latest, update: 'Failed' };
    const handle = handleIn(await tell(world));
    expect(await world.target.observe(handle, world.io())).toMatchObject({ is: 'progressing', detail: 'Lambda does not show the update yet' });
    expect(await world.target.observe(handle, { ...world.io(), now: () => NOW + 60_000 })).toMatchObject({ is: 'replaced' });
  });

  it('is over only when the function is not pending either', async () => {
    const { world, look } = await updated({});
    world.fake.latest.state = 'Pending';
    expect(await look()).toMatchObject({ is: 'progressing', detail: 'the function is pending: it is Pending' });
    world.fake.latest.state = undefined;
    expect(await look()).toEqual({ is: 'healthy' });
    expect(count(world, 'PublishVersion')).toBe(0);
  });

  it('goes on while a permission is missing, and has failed with a function that is gone', async () => {
    const { world, look } = await updated({});
    const refusal = (status: number, type: string) => world.fake.refuse.set('GetFunction', { times: 1, with: { status, type, message: 'no' } });
    refusal(403, 'AccessDeniedException');
    expect(await look()).toMatchObject({ is: 'unavailable', why: { code: 'access-denied' } });
    refusal(404, 'ResourceNotFoundException');
    expect(await look()).toMatchObject({ is: 'failed', why: { code: 'target-not-found' } });
  });
});

describe('a version', () => {
  it('is published once, however often it is looked at', async () => {
    const { world, look } = await updated({ publish: true });
    expect(await look()).toEqual({ is: 'healthy' });
    expect(await look()).toEqual({ is: 'healthy' });
    expect(count(world, 'PublishVersion')).toBe(2);
    expect(world.fake.versions.map(({ number, digest }) => [number, digest === GREEN])).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(world.fake.bodies.at(-1)).toEqual({ CodeSha256: 'a'.repeat(64), RevisionId: `r-${world.fake.latest.revision}` });
    expect(count(world, 'UpdateAlias')).toBe(0);
  });

  it('is part of what is wanted: an image without one is not settled', async () => {
    const { world, look } = await updated({ publish: true });
    for (let i = 0; i < 5; i += 1) world.fake.versions.push({ ...structuredClone(world.fake.versions[0] ?? world.fake.latest), number: i + 2 });
    expect(await world.target.read({ set: green }, world.io())).toMatchObject({ running: true, settled: false });
    expect(await look()).toEqual({ is: 'healthy' });
    expect(await world.target.read({ set: green }, world.io())).toMatchObject({ running: true, settled: true });
  });

  it('of a function that changed meanwhile is not published', async () => {
    const { world, look } = await updated({ publish: true });
    world.fake.before.set('PublishVersion', () => void world.overtake());
    expect(await look()).toMatchObject({ is: 'progressing', detail: 'the function changed before it could be published' });
    expect(world.fake.versions).toHaveLength(1);
    expect(await look()).toMatchObject({ is: 'replaced' });
  });

  it('is not published on another revision of the same code', async () => {
    const { world, look } = await updated({ publish: true });
    world.fake.before.set('PublishVersion', () => {
      world.fake.latest.revision += 1;
    });
    expect(await look()).toMatchObject({ is: 'progressing' });
    expect(world.fake.versions).toHaveLength(1);
    expect(await look()).toEqual({ is: 'healthy' });
  });
});

describe('an alias', () => {
  it('is moved to the version, with all of its traffic', async () => {
    const { world, look } = await updated({ alias: 'live' });
    world.fake.alias.weights = { '1': 0.1 };
    expect(await look()).toEqual({ is: 'healthy' });
    expect(world.fake.alias).toEqual({ version: '2', weights: {}, revision: 2 });
    expect(world.fake.bodies.at(-1)).toEqual({ FunctionVersion: '2', RevisionId: 'a-1', RoutingConfig: { AdditionalVersionWeights: {} } });
  });

  it('that is there already is left alone, and so is its version', async () => {
    const { world, look } = await updated({ alias: 'live' });
    await look();
    expect(await look()).toEqual({ is: 'healthy' });
    expect([count(world, 'PublishVersion'), count(world, 'UpdateAlias'), world.fake.versions.length]).toEqual([1, 1, 2]);
  });

  it('waits for a version that is pending, which is not published again', async () => {
    const { world, look } = await updated({ alias: 'live' });
    world.fake.newState = 'Pending';
    expect(await look()).toMatchObject({ is: 'progressing', detail: 'version 2 is pending: it is Pending' });
    expect(world.fake.alias.version).toBe('1');
    for (const version of world.fake.versions) version.state = 'Active';
    expect(await look()).toEqual({ is: 'healthy' });
    expect([world.fake.alias.version, world.fake.versions.length]).toEqual(['2', 2]);
  });

  it('stays where a version failed', async () => {
    const { world, look } = await updated({ alias: 'live' });
    world.fake.newState = 'Failed';
    expect(await look()).toEqual({
      is: 'failed',
      why: { code: 'rollout-failed', detail: 'version 2: it is Failed' },
      evidence: 'the alias live stays at version 1',
    });
    expect(world.fake.alias.version).toBe('1');
  });

  it('is moved after a crash between version and alias, without a second version', async () => {
    const { world, look } = await updated({ alias: 'live' });
    world.fake.refuse.set('UpdateAlias', { times: 2, with: { status: 500, type: 'ServiceException', message: 'Service Unavailable' } });
    expect(await look()).toMatchObject({ is: 'unavailable' });
    expect(await look()).toEqual({ is: 'healthy' });
    expect([world.fake.alias.version, world.fake.versions.length]).toEqual(['2', 2]);
  });

  it('that somebody moved in the very gap is looked at again', async () => {
    const { world, look } = await updated({ alias: 'live' });
    world.fake.before.set('UpdateAlias', () => {
      world.fake.alias.revision += 1;
    });
    expect(await look()).toMatchObject({ is: 'progressing', detail: 'the alias live changed before it could be moved' });
    expect(world.fake.alias.version).toBe('1');
  });

  it('of $LATEST, or with weights, is not settled', async () => {
    const { world, look } = await updated({ alias: 'live' });
    await look();
    const settled = () => world.target.read({ set: green }, world.io());
    expect(await settled()).toMatchObject({ running: true, settled: true });
    world.fake.alias.weights = { '1': 0.5 };
    expect(await settled()).toMatchObject({ running: true, settled: false });
    world.fake.alias.weights = {};
    world.fake.alias.version = '$LATEST';
    expect(await settled()).toMatchObject({ running: true, settled: false });
    expect(await look()).toEqual({ is: 'healthy' });
    expect(world.fake.alias.version).toBe('2');
  });

  it('that does not exist is for people to make', async () => {
    const world = await lambdaWorld({ alias: 'gone' });
    expect(await tell(world, [wanted('v2', GREEN)])).toMatchObject({
      is: 'refused',
      why: { code: 'target-not-found', detail: expect.stringContaining('lambda:GetAlias') },
    });
  });
});
