/** The `lambda` target through the real SDK clients over a fake of Lambda and STS on loopback. */
import { describe, expect, it } from 'vitest';
import type { WantedImage } from '../../functions/targets/target.ts';
import { BLUE, GREEN, NOW, wanted } from './io.ts';
import { ECR, green, handleIn, type LambdaWorld, lambdaTarget, lambdaWorld, tell } from './lambda-world.ts';

const NAME = 'registry.example.com/shop/web';
const tag = [wanted('v2')];
const seenBy = async ({ target, io }: LambdaWorld, images: readonly WantedImage[], attempted = false) => {
  const seen = await target.read({ set: images }, io({ attempted }));
  if (seen.is !== 'seen') throw new Error(JSON.stringify(seen));
  return seen;
};

describe('an update', () => {
  it('names the digest alone, and the revision that was read', async () => {
    const world = await lambdaWorld();
    expect(await tell(world)).toMatchObject({ is: 'applied' });
    expect(world.fake.bodies).toEqual([{ ImageUri: `${NAME}@${GREEN}`, RevisionId: 'r-2' }]);
    expect(world.fake.asked).toEqual(['AssumeRole', 'GetFunction', 'UpdateFunctionCode']);
  });

  it('names the tag where no digest is known; it runs once it was told to, and for nobody else', async () => {
    const world = await lambdaWorld();
    const handle = handleIn(await tell(world, tag));
    expect(world.fake.bodies).toMatchObject([{ ImageUri: `${NAME}:v2` }]);
    expect(await seenBy(world, tag, true)).toMatchObject({ running: true, settled: false });
    expect(await seenBy(world, tag)).toMatchObject({ running: false });
    world.finish?.('healthy');
    expect(await world.target.observe(handle, world.io())).toEqual({ is: 'healthy' });
    expect(await tell(world, tag)).toMatchObject({ is: 'applied' });
    expect(world.fake.updates).toBe(2);
  });

  it('of a tag that is there is no proof that an attempt was made', async () => {
    const world = await lambdaWorld();
    const later = [{ ...wanted('v1'), since: NOW }];
    expect(await seenBy(world, later, true)).toMatchObject({ running: false });
  });

  it('is known by the second in which it was taken: AWS tells no more', async () => {
    const world = await lambdaWorld();
    world.fake.put(`${NAME}:v2`, NOW + 400);
    const within = [{ ...wanted('v2'), since: NOW + 300 }];
    const after = [{ ...wanted('v2'), since: NOW + 1_300 }];
    expect(await seenBy(world, within, true)).toMatchObject({ running: true });
    expect(await seenBy(world, after, true)).toMatchObject({ running: false });
  });

  it('keeps the host that the function has, when it is another name of the same registry', async () => {
    const world = await lambdaWorld({}, ECR);
    expect(await tell(world, [wanted('v2', GREEN, [ECR.split('/')[0] ?? ''])])).toMatchObject({ is: 'applied' });
    expect(world.fake.bodies).toMatchObject([{ ImageUri: `${ECR}@${GREEN}` }]);
  });

  it('waits for another one that is under way', async () => {
    const world = await lambdaWorld();
    world.fake.put(`${NAME}:other`);
    expect(await tell(world)).toMatchObject({ is: 'unavailable', answered: true, why: { detail: expect.stringContaining('ResourceConflictException') } });
  });

  it('is made again after one that failed, for whoever did not make that one', async () => {
    const world = await lambdaWorld();
    await tell(world);
    world.finish?.('failed');
    expect(await seenBy(world, green, true)).toMatchObject({ running: true, settled: false });
    const later = green.map((image) => ({ ...image, since: NOW + 60_000 }));
    expect(await seenBy(world, later, true)).toMatchObject({ running: false });
    expect(await tell(world, later)).toMatchObject({ is: 'applied' });
    expect(world.fake.updates).toBe(2);
  });

  it('that Lambda does not take is for people to mend', async () => {
    const world = await lambdaWorld();
    const message = 'The image manifest, config or layer media type for the source image is not supported.';
    world.fake.refuse.set('UpdateFunctionCode', { times: 1, with: { status: 400, type: 'InvalidParameterValueException', message } });
    expect(await tell(world)).toMatchObject({
      is: 'refused',
      why: { code: 'target-misconfigured', detail: expect.stringMatching(/not supported.*--provenance=false/) },
    });
  });
});

describe('a look', () => {
  it('shows the tag with the digest that it was resolved to', async () => {
    expect(await seenBy(await lambdaWorld(), green)).toMatchObject({ settled: true, containers: [`web = ${NAME}:v1@${BLUE}`] });
  });

  it('refuses a function of a zip file, with the reason', async () => {
    const world = await lambdaWorld();
    world.fake.latest.packageType = 'Zip';
    expect(await tell(world)).toMatchObject({ is: 'refused', why: { code: 'target-misconfigured', detail: expect.stringContaining('package type Zip') } });
  });

  it('refuses an image of another registry, or of another region, with the reason', async () => {
    const world = await lambdaWorld({}, ECR);
    const elsewhere = { ...wanted('v2', GREEN), image: { repository: ECR.replace('eu-west-1', 'us-east-1'), digest: GREEN } };
    for (const image of [wanted('v2', GREEN), elsewhere])
      expect(await tell(world, [image])).toMatchObject({
        is: 'refused',
        why: { code: 'target-misconfigured', detail: expect.stringContaining('ECR in its own region (<account>.dkr.ecr.eu-west-1.') },
      });
  });

  it('tells another repository of the same registry from its own', async () => {
    const world = await lambdaWorld({}, ECR);
    const other = { image: { repository: ECR.replace('web', 'api'), digest: GREEN }, hosts: [] };
    expect(await tell(world, [other])).toMatchObject({ is: 'refused', why: { code: 'no-container', detail: expect.stringContaining(`web = ${ECR}:v1`) } });
  });

  it.each([ECR.split('/')[0] ?? '', '*'])('does not call a registry another one that is known as %s', async (host) => {
    const { target, io } = await lambdaWorld({}, ECR);
    const other = { image: { repository: 'registry.example.com/shop/api', digest: GREEN }, hosts: [host] };
    expect(await target.read({ set: [other] }, io())).toMatchObject({ is: 'refused', why: { code: 'no-container' } });
  });

  it('of another function in the same attempt is at that one', async () => {
    const { target, io } = await lambdaWorld();
    const same = io();
    expect(await target.read({ set: green }, same)).toMatchObject({ is: 'seen' });
    expect(await lambdaTarget({ function: 'gone' }).read({ set: green }, same)).toMatchObject({ is: 'refused', why: { code: 'target-not-found' } });
  });

  it('finds no function, and says which', async () => {
    const { io } = await lambdaWorld();
    expect(await lambdaTarget({ function: 'gone' }).read({ set: green }, io())).toMatchObject({
      is: 'refused',
      why: { code: 'target-not-found', detail: expect.stringContaining('functions/gone') },
    });
  });
});

describe('a restart', () => {
  const restart = { restart: true, since: NOW } as const;

  it('is the same image once more, by its digest, and is known by its moment', async () => {
    const world = await lambdaWorld();
    const seen = await world.target.read(restart, world.io({ attempted: true }));
    if (seen.is !== 'seen') throw new Error(JSON.stringify(seen));
    expect(seen.running).toBe(false);
    expect(await world.target.apply(restart, seen, world.io())).toMatchObject({ is: 'applied' });
    expect(world.fake.bodies).toMatchObject([{ ImageUri: `${NAME}@${BLUE}` }]);
    expect(await world.target.read(restart, world.io({ attempted: true }))).toMatchObject({ running: true, settled: false });
    expect(await world.target.read(restart, world.io())).toMatchObject({ running: false });
  });

  it('is refused where an alias leads to a version', async () => {
    const world = await lambdaWorld({ alias: 'live' });
    const seen = await world.target.read(restart, world.io());
    if (seen.is !== 'seen') throw new Error(JSON.stringify(seen));
    expect(await world.target.apply(restart, seen, world.io())).toMatchObject({ is: 'refused', why: { detail: expect.stringContaining('no second version') } });
    expect(world.fake.updates).toBe(0);
  });
});
