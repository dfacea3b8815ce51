/** Match: every trigger decided and recorded, and all steps done however often and wherever a delivery was cut off. */
import { describe, expect, test } from 'vitest';
import type { Push } from '../../functions/core/push.ts';
import { match } from '../../functions/match/match.ts';
import { type Bench, makeBench, sawThrough } from './bench.ts';
import { message, NOW, push, REPOSITORY, trigger, ULIDS } from './given.ts';

const run = (bench: Bench, ...pushes: readonly Push[]): Promise<void> => match(message(...pushes), bench.ports.match);

test('a fired push: a queued call, known to its application, which is asked for', async () => {
  const bench = makeBench();
  bench.define();
  await run(bench, push(1, { actor: 'ann' }));
  expect(bench.call(1)).toMatchObject({ status: 'queued', application: 'web', repository: REPOSITORY, tag: 'v1', actor: 'ann', decidedAt: NOW });
  expect(bench.state().open[`${ULIDS[1]}.release`]).toMatchObject({ tag: 'v1', repository: REPOSITORY, hosts: ['registry.example.com'] });
  expect(bench.sent).toEqual([{ application: 'web', seconds: 0 }]);
});

test('every trigger is decided by itself; those that do not fire are recorded with their reason and open nothing', async () => {
  const bench = makeBench();
  bench.define(
    { trigger: { name: 'fires' } },
    { trigger: { name: 'tags', rule: { mode: 'tags', tags: ['stable'] } } },
    { trigger: { name: 'off', enabled: false } },
    { trigger: { name: 'range', rule: { mode: 'semver', range: '^2' } } },
    { trigger: { name: 'pattern', repository: 'registry.example.com/shop/*', application: 'other' }, application: { name: 'other' } },
    { trigger: { name: 'deaf', hook: 'else' }, hook: { name: 'else' } },
  );
  await run(bench, push(1));
  expect(['fires', 'tags', 'off', 'range', 'pattern'].map((name) => [name, bench.call(1, name)?.status, bench.call(1, name)?.reason])).toEqual([
    ['fires', 'queued', undefined],
    ['tags', 'untriggered', 'rule-not-matched'],
    ['off', 'untriggered', 'trigger-disabled'],
    ['range', 'untriggered', 'not-a-version'],
    ['pattern', 'queued', undefined],
  ]);
  expect(bench.call(1, 'tags')).toMatchObject({ endedAt: NOW, detail: expect.stringContaining('v1') });
  // It hears another hook: that is no decision about this push.
  expect(bench.call(1, 'deaf')).toBeUndefined();
  expect(Object.keys(bench.state().open)).toEqual([`${ULIDS[1]}.fires`]);
  expect(bench.sent.map(({ application }) => application)).toEqual(['other', 'web']);
});

test('only the delivery is noted when no trigger names the repository', async () => {
  const bench = makeBench();
  bench.define({ trigger: { repository: 'registry.example.com/shop/api' } });
  await run(bench, push(1, { eventId: 'e1' }));
  expect(bench.effects).toEqual(['triggersOf', 'note']);
  expect(bench.logs.map(({ event }) => event)).toEqual(['push.unheard']);
});

test('the same event again: noted on the first call, nothing else', async () => {
  const bench = makeBench();
  bench.define({ trigger: {} }, { trigger: { name: 'never', rule: { mode: 'tags', tags: ['x'] } } });
  await run(bench, push(1, { eventId: 'e1' }));
  await run(bench, push(2, { eventId: 'e1', tag: 'v1' }));
  expect(bench.call(2)).toBeUndefined();
  expect(bench.call(1)?.repeats).toEqual([`delivery-${ULIDS[2]}`]);
  expect(bench.sent).toHaveLength(1);
  expect(Object.keys(bench.state().open)).toHaveLength(1);
  // Without an id there is no evidence that it is the same: both are for `goal` to judge.
  await run(bench, push(3));
  await run(bench, push(4, { digest: push(3).digest ?? '', tag: 'v3' }));
  expect(Object.keys(bench.state().open)).toHaveLength(3);
});

test('an application that does not exist: the call fails with that reason; one whose state is missing is mended', async () => {
  const bench = makeBench();
  bench.memory.triggers.set('release', trigger());
  await run(bench, push(1));
  expect(bench.call(1)).toMatchObject({ status: 'failed', reason: 'application-deleted', endedAt: NOW, detail: expect.stringContaining('"web"') });
  expect(bench.sent).toEqual([]);
  bench.define();
  const mended = makeBench();
  mended.define();
  mended.memory.states.remove('web');
  await run(mended, push(1));
  expect(mended.call(1)?.status).toBe('queued');
  expect(Object.keys(mended.state().open)).toHaveLength(1);
});

test('a hundred triggers of one repository, all recorded, each application asked for once', async () => {
  const bench = makeBench();
  bench.define(...Array.from({ length: 100 }, (_, i) => ({ trigger: { name: `t${i}`, application: `app${i % 30}` }, application: { name: `app${i % 30}` } })));
  await run(bench, push(1));
  expect(bench.memory.all.calls()).toHaveLength(100);
  expect(bench.sent).toHaveLength(30);
  expect(new Set(bench.sent.map(({ application }) => application)).size).toBe(30);
});

test('a trigger without the engine it needs, or with a rule that does not compile, does not stop the others', async () => {
  const bench = makeBench();
  bench.define({ trigger: { name: 'bad', rule: { mode: 'expression', expression: '(?=x)' } } }, { trigger: { name: 'good' } });
  await run(bench, push(1));
  expect([bench.call(1, 'bad')?.status, bench.call(1, 'good')?.status]).toEqual(['untriggered', 'queued']);
});

describe('cut off anywhere, then delivered again', () => {
  const ready = (): Bench => {
    const bench = makeBench();
    bench.define(
      { trigger: {} },
      { trigger: { name: 'two', application: 'api' }, application: { name: 'api' } },
      { trigger: { name: 'no', rule: { mode: 'tags', tags: ['x'] } } },
    );
    return bench;
  };
  const pushes = [push(1, { eventId: 'e1' }), push(2, { eventId: 'e2' })] as const;
  const outcome = (bench: Bench) => ({
    calls: bench.memory.all
      .calls()
      .map(({ id, status, reason, order }) => ({ id, status, reason, order }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    open: ['web', 'api'].map((name) => Object.keys(bench.state(name).open).sort()),
  });

  test('everything is as if it had gone through at once, and every application is asked for', async () => {
    const whole = ready();
    await run(whole, ...pushes);
    const cuts = await sawThrough(
      (bench) => run(bench, ...pushes),
      async (bench, cut) => {
        bench.sent.length = 0;
        await run(bench, ...pushes);
        expect(outcome(bench), cut).toEqual(outcome(whole));
        expect(new Set(bench.sent.map(({ application }) => application)), cut).toEqual(new Set(['api', 'web']));
      },
      ready,
    );
    // Two pushes: read, claim, three calls, two openings, one send each, and one note of their delivery; before and after every one of them.
    expect(cuts).toHaveLength(2 * (2 * 8 + 1));
  });

  test('a delivery after all is over changes no call', async () => {
    const bench = ready();
    await run(bench, ...pushes);
    for (const call of bench.memory.all.calls()) bench.memory.calls.settle(call.id, { status: 'succeeded', reason: 'rolled-out' });
    const before = bench.memory.all.calls();
    await run(bench, ...pushes);
    expect(bench.memory.all.calls()).toEqual(before);
  });
});
