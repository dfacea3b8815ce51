/** What `deploy` relies on, whatever the kind: the same tests over every target, and over every stand-in for its peer. */
import { describe, expect, it } from 'vitest';
import type { TargetDefinition } from '../../functions/core/definitions.ts';
import type { TargetIo, WantedImage } from '../../functions/targets/target.ts';
import { BLUE, GREEN, type IoOptions, NOW, wanted } from './io.ts';
import { type BoundTarget, targetOf, targetProblems } from './kinds.ts';

/** One target and the peer behind it, which runs BLUE as tag `v1`. */
export interface World {
  readonly definition: TargetDefinition;
  io(options?: Pick<IoOptions, 'idempotencyKey' | 'signal' | 'attempted'>): TargetIo;
  /** Times that the peer was told to run something. */
  changes(): Promise<number>;
  /** From now on the peer says no, for good. */
  refuse?(): void;
  /** From now on the peer says "later". */
  busy?(): void;
  /** From now on the peer says nothing at all. */
  silent?(): void;
}

export interface ReadableWorld extends World {
  /** The next change is begun and not finished: the worker dies in between. */
  crashInside?(): void;
  /** Somebody else changes the target between our look and our change. */
  overtake(): Promise<void>;
  finish?(how: 'healthy' | 'failed'): void;
}

/** Names of tests that a stand-in cannot do, each with the reason. */
export type Skips = Readonly<Record<string, string>>;

const bound = (definition: TargetDefinition): BoundTarget => {
  const target = targetOf(definition);
  if (!target.ok) throw new Error(target.why);
  return target.value;
};

const tell = async (target: BoundTarget, io: TargetIo, set: readonly WantedImage[] = [wanted('v2', GREEN)]) => {
  if (target.sight === 'blind') return target.apply({ set }, io);
  const seen = await target.read({ set }, io);
  return seen.is === 'seen' ? target.apply({ set }, seen, io) : seen;
};

export const targetContract = (name: string, makeWorld: () => Promise<World>, skips: Skips = {}): void => {
  const test = (title: string, body: (world: World) => Promise<void>) =>
    it.skipIf(title in skips)(`${title}${title in skips ? ` (skipped: ${skips[title]})` : ''}`, async () => body(await makeWorld()));

  describe(name, () => {
    test('takes its own configuration and no field more', async ({ definition }) => {
      expect(targetProblems(definition)).toEqual([]);
      expect(targetProblems({ ...definition, surplus: 1 })).toEqual([{ field: 'surplus', why: expect.stringContaining('allowed are kind') }]);
      expect(targetOf({ ...definition, surplus: 1 })).toMatchObject({ ok: false, why: expect.stringContaining('surplus') });
    });

    test('accepts a wish', async (world) => {
      const outcome = await tell(bound(world.definition), world.io());
      expect(['applied', 'delivered']).toContain(outcome.is);
      expect(await world.changes()).toBe(1);
    });

    test('can be restarted', async (world) => {
      const target = bound(world.definition);
      const io = world.io();
      if (target.sight === 'blind') expect(await target.apply({ restart: true, since: NOW }, io)).toMatchObject({ is: 'delivered' });
      else {
        const seen = await target.read({ restart: true, since: NOW }, io);
        if (seen.is !== 'seen') throw new Error(JSON.stringify(seen));
        expect(seen.running).toBe(false);
        expect(await target.apply({ restart: true, since: NOW }, seen, io)).toMatchObject({ is: 'applied' });
      }
      expect(await world.changes()).toBe(1);
    });

    test('a no is refused, with a reason that no retry follows', async (world) => {
      world.refuse?.();
      const outcome = await tell(bound(world.definition), world.io());
      expect(outcome).toMatchObject({ is: 'refused', why: { code: expect.stringMatching(/^(?:target-refused|access-denied)$/), detail: expect.any(String) } });
      expect(await world.changes()).toBe(0);
    });

    test('a later is unavailable', async (world) => {
      world.busy?.();
      const outcome = await tell(bound(world.definition), world.io());
      expect(outcome).toMatchObject({ is: 'unavailable', answered: true, why: { code: 'unavailable' } });
      expect(await world.changes()).toBe(0);
    });

    test('silence ends with the attempt, as an outcome and not as an error', async (world) => {
      world.silent?.();
      const end = new AbortController();
      setTimeout(() => end.abort(), 100);
      expect(await tell(bound(world.definition), world.io({ signal: end.signal }))).toMatchObject({ is: 'unavailable', why: { code: 'unavailable' } });
    });

    test('an attempt that is over before it begins changes nothing', async (world) => {
      expect(await tell(bound(world.definition), world.io({ signal: AbortSignal.abort() }))).toMatchObject({ is: 'unavailable' });
      expect(await world.changes()).toBe(0);
    });
  });
};

export const readableContract = (name: string, makeWorld: () => Promise<ReadableWorld>, skips: Skips = {}): void => {
  const test = (title: string, body: (world: ReadableWorld, target: Extract<BoundTarget, { sight: 'readable' }>) => Promise<void>) =>
    it.skipIf(title in skips)(`${title}${title in skips ? ` (skipped: ${skips[title]})` : ''}`, async () => {
      const world = await makeWorld();
      const target = bound(world.definition);
      if (target.sight !== 'readable') throw new Error(`${name} cannot be read`);
      await body(world, target);
    });
  const green = [wanted('v2', GREEN)];
  const handleIn = (outcome: object): string => ('handle' in outcome && typeof outcome.handle === 'string' ? outcome.handle : '');

  describe(`${name}, read`, () => {
    test('runs what it runs, and not what it does not', async (world, target) => {
      expect(await target.read({ set: [wanted('v1', BLUE)] }, world.io())).toMatchObject({ is: 'seen', running: true });
      expect(await target.read({ set: green }, world.io())).toMatchObject({ is: 'seen', running: false });
      expect(await target.read({ set: [wanted('v1')] }, world.io())).toMatchObject({ is: 'seen', running: false });
      expect(await world.changes()).toBe(0);
    });

    test('told twice, it changes once', async (world, target) => {
      const first = await tell(target, world.io());
      const again = await target.read({ set: green }, world.io());
      expect(again).toMatchObject({ is: 'seen', running: true, settled: false });
      expect(await target.observe(handleIn(again), world.io())).toEqual(await target.observe(handleIn(first), world.io()));
      if (again.is === 'seen') expect(await target.apply({ set: green }, again, world.io())).toMatchObject({ is: 'unchanged' });
      expect(await world.changes()).toBe(1);
    });

    test('a crash inside a change is repaired by the next attempt, without a second change', async (world, target) => {
      world.crashInside?.();
      expect(await tell(target, world.io())).toMatchObject({ is: 'unavailable' });
      expect(await world.changes()).toBe(0);
      expect(await tell(target, world.io())).toMatchObject({ is: 'applied' });
      expect(await world.changes()).toBe(1);
    });

    test('a tag alone runs once it was told to, and for nobody else', async (world, target) => {
      const tag = [wanted('v2')];
      expect(await tell(target, world.io(), tag)).toMatchObject({ is: 'applied' });
      expect(await target.read({ set: tag }, world.io({ attempted: true }))).toMatchObject({ is: 'seen', running: true, settled: false });
      expect(await target.read({ set: tag }, world.io())).toMatchObject({ is: 'seen', running: false });
      expect(await tell(target, world.io(), tag)).toMatchObject({ is: 'applied' });
    });

    test('somebody else was faster: moved, and theirs stands', async (world, target) => {
      const io = world.io();
      const seen = await target.read({ set: green }, io);
      if (seen.is !== 'seen') throw new Error(JSON.stringify(seen));
      await world.overtake();
      expect(await target.apply({ set: green }, seen, io)).toEqual({ is: 'moved' });
      expect(await target.read({ set: green }, world.io())).toMatchObject({ is: 'seen', running: false });
      expect(await tell(target, world.io())).toMatchObject({ is: 'applied' });
    });

    test('a rollout is watched until it is healthy', async (world, target) => {
      const handle = handleIn(await tell(target, world.io()));
      const before = await target.observe(handle, world.io());
      expect(before).toMatchObject({ is: 'progressing', lookAgainIn: expect.any(Number) });
      world.finish?.('healthy');
      expect(await target.observe(handle, world.io())).toEqual({ is: 'healthy' });
      expect(await target.read({ set: green }, world.io())).toMatchObject({ is: 'seen', running: true, settled: true });
    });

    test('a rollout that fails says why', async (world, target) => {
      const handle = handleIn(await tell(target, world.io()));
      world.finish?.('failed');
      expect(await target.observe(handle, world.io())).toMatchObject({
        is: 'failed',
        why: { code: 'rollout-failed', detail: expect.any(String) },
        evidence: expect.any(String),
      });
    });

    test('a rollout that somebody replaced says so, with what a failure would need', async (world, target) => {
      const handle = handleIn(await tell(target, world.io()));
      await world.overtake();
      expect(await target.observe(handle, world.io())).toMatchObject({ is: 'replaced', detail: expect.any(String), evidence: expect.any(String) });
    });
  });
};
