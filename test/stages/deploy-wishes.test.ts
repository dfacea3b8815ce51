/** Deploy for what people wish: an image, a restart, a version of the template; held, released; wherever the process goes down. */
import { describe, expect, test } from 'vitest';
import { WHOLE } from '../../functions/core/application.ts';
import type { ApplicationDefinition } from '../../functions/core/definitions.ts';
import { LEASE_MS, reconcile } from '../../functions/deploy/reconcile.ts';
import { match } from '../../functions/match/match.ts';
import { type Bench, makeBench, sawThrough } from './bench.ts';
import { message, NOW, push, REPOSITORY, ULIDS } from './given.ts';
import { ask, release } from './wishes.ts';

const go = (bench: Bench): Promise<void> => reconcile('web', { count: 1, last: false }, bench.ports.deploy);
const pushed = (bench: Bench, ...numbers: readonly number[]): Promise<void> =>
  match(message(...numbers.map((n) => push(n, { receivedAt: bench.now() + n }))), bench.ports.match);
const ready = (sight: 'blind' | 'readable' = 'blind', change: Partial<ApplicationDefinition> = {}): Bench => {
  const bench = makeBench();
  bench.define({ application: { target: { kind: sight }, ...change } });
  bench.target.sight = sight;
  return bench;
};
/** As its messages and the tick would have it, until nothing is open any more. */
const settle = async (bench: Bench, most = 12): Promise<void> => {
  for (let i = 0; i < most; i += 1) {
    await go(bench);
    const { dueAt, open } = bench.state();
    if (dueAt === undefined && Object.values(open).every(({ held }) => held?.reason === 'hold')) return;
    bench.at(Math.max(bench.now(), dueAt ?? 0));
  }
};
const tags = (bench: Bench): unknown[] => bench.target.applied.map(({ wanted }) => wanted[0]?.image.tag);
const call = (bench: Bench, id: string) => bench.memory.calls.get(id, bench.now());
/** As the API leaves it, with the order of now. */
const opened = (bench: Bench, n: number): void => {
  const { id, ...one } = push(n, { receivedAt: bench.now() });
  const callId = `${id}.release`;
  const order = `${bench.now()}#${id}`;
  bench.memory.calls.put({ ...one, id: callId, trigger: 'release', application: 'web', order, status: 'queued', decidedAt: NOW });
  bench.memory.states.open('web', { ...one, callId, order, hosts: [] });
};

describe('deploy IMAGE', () => {
  test('of what runs already, wherever the process goes down, and although the hold is released then: what was pushed before never comes back', async () => {
    const cuts = await sawThrough(
      go,
      async (bench, cut) => {
        bench.pass(LEASE_MS);
        release(bench);
        await settle(bench);
        expect(tags(bench), cut).toEqual([]);
        expect(bench.state().runs[REPOSITORY]?.desired, cut).toMatchObject({ tag: 'v1', manual: true });
        expect(bench.call(2), cut).toMatchObject({ status: 'skipped', reason: 'rolled-back' });
        expect(bench.state().open, cut).toEqual({});
      },
      () => {
        const bench = ready('readable');
        const { repository, tag, digest } = push(1);
        bench.target.running = [`${repository}:${tag}@${digest}`];
        opened(bench, 2);
        bench.pass(1_000);
        ask(bench, 50, { image: 1 });
        return bench;
      },
    );
    expect(cuts.length).toBeGreaterThan(10);
  });

  test('runs at once, pins, keeps newer pushes waiting; released, the newest runs', async () => {
    const bench = ready();
    await pushed(bench, 1, 2);
    await go(bench);
    bench.pass(10_000);
    const wish = ask(bench, 50, { image: 1 });
    await go(bench);
    expect(call(bench, wish)).toMatchObject({ status: 'delivered', reason: 'answered-2xx', action: 'deploy' });
    bench.pass(10_000);
    await pushed(bench, 3, 4);
    await settle(bench);
    expect(tags(bench)).toEqual(['v2', 'v1']);
    expect(bench.call(3)).toMatchObject({ status: 'skipped', reason: 'superseded', by: `${ULIDS[4]}.release` });
    expect(bench.call(4)).toMatchObject({ status: 'held', reason: 'hold' });
    release(bench);
    await settle(bench);
    expect(tags(bench)).toEqual(['v2', 'v1', 'v4']);
    expect(bench.call(4)?.status).toBe('delivered');
    expect(bench.state().open).toEqual({});
  });

  test('takes back what waits for its retry: no retry of it comes', async () => {
    const bench = ready();
    bench.target.answers = [{ is: 'unavailable', why: { code: 'unavailable' }, answered: true }];
    await pushed(bench, 2);
    await go(bench);
    const retryAt = bench.state().dueAt ?? 0;
    bench.pass(1_000);
    const wish = ask(bench, 50, { image: 1 });
    await go(bench);
    expect(bench.call(2)).toMatchObject({ status: 'skipped', reason: 'rolled-back', by: wish });
    bench.at(retryAt + 1);
    await settle(bench);
    expect(tags(bench)).toEqual(['v1']);
  });

  test('what was taken back is not brought back by its late notification; released and pushed again it runs', async () => {
    const bench = ready();
    await pushed(bench, 2);
    await go(bench);
    bench.pass(10_000);
    const wish = ask(bench, 50, { image: 1 });
    await settle(bench);
    bench.pass(10_000);
    const again = { tag: 'v2', digest: push(2).digest };
    await match(message(push(3, { ...again, receivedAt: bench.now() })), bench.ports.match);
    await settle(bench);
    expect(bench.call(3)).toMatchObject({ status: 'skipped', reason: 'rolled-back', by: wish });
    release(bench);
    await match(message(push(4, { ...again, receivedAt: bench.now() + 1 })), bench.ports.match);
    await settle(bench);
    expect(tags(bench)).toEqual(['v2', 'v1', 'v2']);
  });

  test('what came between the look of the person and their wish is what is taken back', async () => {
    const bench = ready();
    await pushed(bench, 1);
    await go(bench);
    bench.pass(10_000);
    // The state that the person saw had v1; v2 is promoted before the wish is looked at.
    const wish = ask(bench, 50, { image: 5 });
    opened(bench, 2);
    await settle(bench);
    bench.pass(1_000);
    await match(message(push(3, { tag: 'v1', digest: push(1).digest, receivedAt: bench.now() })), bench.ports.match);
    await settle(bench);
    expect(bench.call(3)).toMatchObject({ reason: 'rolled-back', by: wish });
    expect(bench.state().runs[REPOSITORY]?.desired).toMatchObject({ from: { tag: 'v1' } });
  });

  test('a wish that ended long ago and is opened once more by a late write, with its hold, takes nothing back', async () => {
    const bench = ready();
    await pushed(bench, 1);
    await settle(bench);
    bench.pass(10_000);
    const wish = ask(bench, 50, { image: 5 });
    const late = bench.state().open[wish];
    await settle(bench);
    release(bench);
    bench.pass(1_000);
    await pushed(bench, 7);
    await settle(bench);
    expect(tags(bench)).toEqual(['v1', 'v5', 'v7']);
    if (late === undefined) throw new Error('the wish was not open');
    bench.memory.states.wish('web', { call: late, hold: { at: NOW, callId: wish } }, bench.now());
    await settle(bench);
    expect(tags(bench)).toEqual(['v1', 'v5', 'v7']);
    expect(bench.state()).toMatchObject({ open: {}, runs: { [REPOSITORY]: { desired: { tag: 'v7' } } } });
  });

  test('of two wishes that ended long ago and are opened once more, the older one does not run when the newer one is out of the way', async () => {
    const bench = ready('blind', { enabled: false });
    const wishes = [50, 51].map((n) => {
      bench.pass(1_000);
      return ask(bench, n, { image: n - 45 });
    });
    const late = Object.values(bench.state().open);
    await settle(bench);
    expect(wishes.map((wish) => call(bench, wish)?.status)).toEqual(['skipped', 'skipped']);
    bench.define({ application: { target: { kind: 'blind' }, enabled: true } });
    for (const again of late) bench.memory.states.wish('web', { call: again }, bench.now());
    await settle(bench);
    expect(tags(bench)).toEqual([]);
    expect(bench.state().open).toEqual({});
  });
});

describe('wherever the process goes down', () => {
  test.each(['blind', 'readable'] as const)('a wish over a push that waits (%s): asked for once under one key, and each call has its end', async (sight) => {
    const wish = `${ULIDS[50]}.!web`;
    const cuts = await sawThrough(
      (bench) => settle(bench),
      async (bench, cut) => {
        bench.pass(LEASE_MS);
        await settle(bench);
        expect(new Set(bench.target.applied.map(({ key }) => key)).size, cut).toBe(1);
        expect(bench.target.applied.length, cut).toBeLessThanOrEqual(sight === 'blind' ? 2 : 1);
        expect(new Set(tags(bench)), cut).toEqual(new Set(['v5']));
        expect(call(bench, wish)?.status, cut).toBe(sight === 'blind' ? 'delivered' : 'succeeded');
        expect(bench.call(2), cut).toMatchObject({ status: 'skipped', reason: 'rolled-back', by: wish });
        expect(bench.call(3), cut).toMatchObject({ status: 'held', reason: 'hold' });
        expect(Object.keys(bench.state().open), cut).toEqual([`${ULIDS[3]}.release`]);
      },
      () => {
        const bench = ready(sight);
        opened(bench, 2);
        bench.pass(1_000);
        ask(bench, 50, { image: 5 });
        bench.pass(1_000);
        opened(bench, 3);
        return bench;
      },
    );
    expect(cuts.length).toBeGreaterThan(20);
  });

  test('a restart of a readable target takes place once', async () => {
    const cuts = await sawThrough(
      (bench) => settle(bench),
      async (bench, cut) => {
        bench.pass(LEASE_MS);
        await settle(bench);
        expect(bench.target.told.length, cut).toBe(1);
        expect(call(bench, `${ULIDS[50]}.!web`)?.status, cut).toBe('succeeded');
        expect(bench.state(), cut).toMatchObject({ open: {}, runs: { [WHOLE]: { done: { status: 'succeeded' } } } });
      },
      () => {
        const bench = ready('readable');
        ask(bench, 50, {});
        return bench;
      },
    );
    expect(cuts.length).toBeGreaterThan(20);
  });
});

const TEMPLATE = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: web
          image: ${REPOSITORY}:v0 # what runs
`;
const templated = (): Bench => {
  const bench = ready('readable', { templated: true });
  bench.target.takesTemplates = true;
  bench.memory.templates.put('web', { version: 1, text: TEMPLATE, at: NOW });
  return bench;
};
const versions = (bench: Bench) => bench.memory.templates.list('web', 100).map(({ version }) => version);

describe('an application with a template', () => {
  test('each image makes a version of it, with its call; the call says which', async () => {
    const bench = templated();
    await pushed(bench, 1);
    await settle(bench);
    expect(bench.memory.templates.head('web')).toMatchObject({ version: 2, from: 1, callId: `${ULIDS[1]}.release`, changed: [{ from: `${REPOSITORY}:v0` }] });
    expect(bench.memory.templates.head('web')?.text).toContain(`image: ${REPOSITORY}:v1@${push(1).digest} # what runs`);
    expect(bench.call(1)).toMatchObject({ status: 'succeeded', version: 2 });
  });

  test('back to a version: its text is the newest version once more and is applied, what was pushed before it is taken back, what comes after it waits', async () => {
    const bench = templated();
    await pushed(bench, 1);
    await settle(bench);
    bench.pass(10_000);
    opened(bench, 2);
    bench.pass(1_000);
    const wish = ask(bench, 50, { version: 1 });
    bench.pass(1_000);
    opened(bench, 3);
    await settle(bench);
    expect(bench.target.told.map(({ wish: told }) => ('template' in told ? told.version : 0))).toEqual([2, 3]);
    expect(call(bench, wish)).toMatchObject({ status: 'succeeded', version: 3 });
    expect(bench.memory.templates.get('web', 3)).toMatchObject({
      text: bench.memory.templates.get('web', 1)?.text,
      from: 2,
      callId: wish,
      why: 'version 1 again',
    });
    expect(bench.call(2)).toMatchObject({ status: 'skipped', reason: 'rolled-back', by: wish });
    expect(bench.call(3)).toMatchObject({ status: 'held', reason: 'hold' });
    expect(versions(bench)).toEqual([3, 2, 1]);
    release(bench);
    await settle(bench);
    expect(bench.call(3)).toMatchObject({ status: 'succeeded', version: 4 });
  });

  test('a restart under a hold applies what is held, not what was put since', async () => {
    const bench = templated();
    await pushed(bench, 1);
    await settle(bench);
    bench.pass(1_000);
    ask(bench, 50, { version: 1 });
    await settle(bench);
    bench.memory.templates.put('web', { version: 4, text: `${TEMPLATE}# put since\n`, at: bench.now() });
    bench.pass(1_000);
    const again = ask(bench, 51, {});
    await settle(bench);
    expect(call(bench, again)).toMatchObject({ status: 'succeeded', version: 3 });
    release(bench);
    bench.pass(1_000);
    const newest = ask(bench, 52, {});
    await settle(bench);
    expect(call(bench, newest)).toMatchObject({ status: 'succeeded', version: 4 });
  });

  test('wherever the process goes down: one version for one deployment, applied once', async () => {
    const cuts = await sawThrough(
      (bench) => settle(bench),
      async (bench, cut) => {
        bench.pass(LEASE_MS);
        await settle(bench);
        expect(versions(bench), cut).toEqual([2, 1]);
        expect(bench.target.told.length, cut).toBe(1);
        expect(bench.call(1), cut).toMatchObject({ status: 'succeeded', version: 2 });
      },
      () => {
        const bench = templated();
        opened(bench, 1);
        return bench;
      },
    );
    expect(cuts.length).toBeGreaterThan(20);
  });

  test('wherever the process goes down on the way back to a version: one more version, applied once', async () => {
    const cuts = await sawThrough(
      (bench) => settle(bench),
      async (bench, cut) => {
        bench.pass(LEASE_MS);
        await settle(bench);
        expect(versions(bench), cut).toEqual([3, 2, 1]);
        expect(bench.memory.templates.head('web')?.text, cut).toBe(TEMPLATE);
        expect(bench.target.told.length, cut).toBe(1);
      },
      () => {
        const bench = templated();
        bench.memory.templates.put('web', { version: 2, text: `${TEMPLATE}# worse\n`, at: NOW });
        ask(bench, 50, { version: 1 });
        return bench;
      },
    );
    expect(cuts.length).toBeGreaterThan(20);
  });

  test('a version that a worker made for another call under the same number, and died, is not taken for its own', async () => {
    const bench = templated();
    opened(bench, 1);
    const text = TEMPLATE.replace(':v0', `:v2@${push(2).digest}`);
    bench.memory.templates.put('web', { version: 2, text, at: NOW, from: 1, callId: `${ULIDS[2]}.release`, rev: bench.state().rev + 1 });
    await settle(bench);
    expect(bench.memory.templates.head('web')).toMatchObject({ version: 3, from: 2, callId: `${ULIDS[1]}.release` });
    expect(bench.call(1)).toMatchObject({ status: 'succeeded', version: 3 });
  });

  test('of very many places a version tells the first, so that it stays an item of the store', async () => {
    const bench = ready('readable', { templated: true });
    const text = Array.from({ length: 800 }, (_, i) => `k${i}: {image: ${REPOSITORY}:v0}\n`).join('');
    bench.memory.templates.put('web', { version: 1, text, at: NOW });
    await pushed(bench, 1);
    await settle(bench);
    const { changed, text: set } = bench.memory.templates.head('web') ?? {};
    expect(set?.match(/:v1@/g)).toHaveLength(800);
    expect(changed).toHaveLength(50);
  });

  test.each([
    ['it has no place for the image', TEMPLATE.replace(REPOSITORY, 'r.example/other'), 'no-container', 'none uses'],
    ['its tag is a parameter', TEMPLATE.replace(':v0', `:\${tag}`), 'target-misconfigured', 'comes from a placeholder'],
  ] as const)('a template in which the image cannot be set: %s', async (_, text, reason, why) => {
    const bench = ready('readable', { templated: true, parameters: { tag: 'v0' } });
    bench.memory.templates.put('web', { version: 1, text, at: NOW });
    await pushed(bench, 1);
    await settle(bench);
    expect(bench.call(1)).toMatchObject({ status: 'failed', reason, detail: expect.stringContaining(why) });
    expect(versions(bench)).toEqual([1]);
  });
});
