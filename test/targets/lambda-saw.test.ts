/**
 * A saw through every request of a deployment: the worker dies before it is carried out, or after it without an answer,
 * and another one goes on with what was recorded. Whatever the place, one update, one version, and an alias that leads to it.
 */
import { expect, it } from 'vitest';
import { GREEN, wanted } from './io.ts';
import { type LambdaWorld, lambdaWorld } from './lambda-world.ts';

const IMAGES = { digest: [wanted('v2', GREEN)], tag: [wanted('v2')] } as const;

/** What `deploy` keeps between two workers. */
interface Kept {
  sent: boolean;
  handle?: string;
  ended?: string;
}

/** One reconcile, as `deploy` does it: look or watch, mark the attempt, change, record. What AWS takes to do an update has passed by the next look. */
const reconcile = async ({ fake, target, io }: LambdaWorld, kept: Kept, images: (typeof IMAGES)['digest' | 'tag'], signal?: AbortSignal): Promise<void> => {
  const dead = (): boolean => signal?.aborted === true;
  const used = io({ attempted: kept.sent, ...(signal === undefined ? {} : { signal }) });
  if (kept.handle !== undefined) {
    if (fake.latest.update === 'InProgress') fake.finish('Successful');
    const rollout = await target.observe(kept.handle, used);
    if (!dead() && (rollout.is === 'healthy' || rollout.is === 'failed' || rollout.is === 'replaced')) kept.ended = rollout.is;
    return;
  }
  const seen = await target.read({ set: images }, used);
  if (dead() || seen.is !== 'seen') return;
  if (seen.running) {
    if (seen.settled) kept.ended = 'healthy';
    else kept.handle = seen.handle;
    return;
  }
  kept.sent = true;
  const outcome = await target.apply({ set: images }, seen, used);
  if (!dead() && outcome.is === 'applied') kept.handle = outcome.handle;
};

/** A deployment by one worker after another; the number of requests that it took. */
const deploy = async (world: LambdaWorld, images: (typeof IMAGES)['digest' | 'tag'], first?: AbortSignal): Promise<number> => {
  const kept: Kept = { sent: false };
  for (let i = 0; i < 12 && kept.ended === undefined; i += 1) await reconcile(world, kept, images, first?.aborted === true ? undefined : first);
  expect(kept.ended).toBe('healthy');
  return world.fake.asked.length;
};

const CASES = [{}, { publish: true }, { alias: 'live' }].flatMap((given) => (['digest', 'tag'] as const).map((by) => ({ given, by })));

it.each(CASES)('$given, by $by', async ({ given, by }) => {
  const requests = await deploy(await lambdaWorld(given), IMAGES[by]);
  expect(requests).toBeGreaterThanOrEqual(5);
  for (let at = 1; at <= requests; at += 1)
    for (const when of ['before', 'after'] as const) {
      const world = await lambdaWorld(given);
      const life = new AbortController();
      world.fake.cut = { at, when, die: () => life.abort() };
      await deploy(world, IMAGES[by], life.signal);
      const { latest, versions, alias, updates } = world.fake;
      const place = `${when} request ${at}: ${world.fake.asked[at - 1]}`;
      expect({ place, died: life.signal.aborted, runs: latest.digest, updates }).toEqual({ place, died: true, runs: GREEN, updates: 1 });
      const published = Object.keys(given).length > 0;
      expect({ place, versions: versions.map(({ digest }) => digest).slice(1) }).toEqual({ place, versions: published ? [GREEN] : [] });
      expect({ place, alias: alias.version }).toEqual({ place, alias: 'alias' in given ? '2' : '1' });
    }
});
