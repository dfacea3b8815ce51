/**
 * The memory of the stage and chaos tests against the real store modules over tables: the same operations in the same
 * order must answer the same and leave the same behind, so that what is proved over the one holds for the other.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Desired, OpenCall, Run, StateChange } from '../../functions/core/application.ts';
import type { Call, Settlement } from '../../functions/core/call.ts';
import { application, exchange, hook, NOW, push, REPOSITORY, trigger, ULIDS } from '../stages/bench.ts';
import { memoryStore, type Store, tableStore } from './conformance.ts';
import { startTables, type TestTables } from './definitions-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

/** Names are of one run only: the tables are shared. */
let runs = 0;
const prefix = (): string => {
  runs += 1;
  return `r${runs}-`;
};

type Step = { readonly name: string; readonly run: (store: Store, own: string) => Promise<unknown> };
const step = (name: string, run: Step['run']): Step => ({ name, run });

/** What an operation answers, or that it refuses; the words of a refusal may differ. */
const answerOf = async (operation: Promise<unknown>): Promise<unknown> => {
  try {
    return { answer: await operation };
  } catch {
    return { refused: true };
  }
};

const bothDo = async (steps: readonly Step[], look: readonly Step[]): Promise<void> => {
  const own = prefix();
  const memory = memoryStore();
  const real = tableStore(tables, () => NOW);
  for (const { name, run } of [...steps, ...look]) expect(await answerOf(run(memory, own)), name).toEqual(await answerOf(run(real, own)));
};

const APPS = ['web', 'api'] as const;
const open = (n: number, repository = REPOSITORY): OpenCall => {
  const { id, tag, digest, receivedAt } = push(n);
  return {
    callId: `${id}.release`,
    order: `${receivedAt}#${id}`,
    repository,
    tag,
    ...(digest === undefined ? {} : { digest }),
    receivedAt,
    hosts: ['registry.example.com'],
  };
};
const desired = (n: number, rev: number): Desired => {
  const { held: _, redelivery: __, ...call } = open(n);
  return { ...call, rev, since: NOW };
};
const run = (n: number, rev: number, more: Partial<Run> = {}): Run => ({ desired: desired(n, rev), ...more });

const times = fc.integer({ min: 0, max: 5 }).map((n) => NOW + n * 40_000);
const app = fc.constantFrom(...APPS);
const number = fc.integer({ min: 1, max: 4 });

const change: fc.Arbitrary<StateChange> = fc
  .record({
    runs: fc.option(
      fc.dictionary(
        fc.constantFrom(REPOSITORY, 'h.example/b'),
        fc.tuple(number, number).map(([n, rev]) => run(n, rev, { attempt: { rev, fence: 1, at: NOW, count: 1 } })),
        { maxKeys: 2 },
      ),
      { nil: undefined },
    ),
    close: fc.option(
      fc.uniqueArray(
        number.map((n) => open(n).callId),
        { maxLength: 3 },
      ),
      { nil: undefined },
    ),
    held: fc.option(
      fc.dictionary(
        number.map((n) => open(n).callId),
        fc.constantFrom({ reason: 'quiet' as const, until: NOW + 1 }, { reason: 'hold' as const }),
        { maxKeys: 2 },
      ),
      { nil: undefined },
    ),
    drop: fc.option(fc.constantFrom(['h.example/c'], []), { nil: undefined }),
    deployedAt: fc.option(fc.array(times, { maxLength: 3 }), { nil: undefined }),
    bump: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    release: fc.option(
      fc.option(times, { nil: undefined }).map((dueAt) => (dueAt === undefined ? {} : { dueAt })),
      { nil: undefined },
    ),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

const stateStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(app, times).map(([name, at]) => step(`create ${name}`, (s, own) => s.states.create(own + name, at))),
  fc
    .tuple(app, number, fc.option(times, { nil: undefined }))
    .map(([name, n, due]) =>
      step(`open ${n} in ${name}, due ${due}`, (s, own) => s.states.open(own + name, open(n), due === undefined ? undefined : { dueAt: due })),
    ),
  fc.tuple(app, times, times).map(([name, at, until]) => step(`lease ${name} at ${at} until ${until}`, (s, own) => s.states.lease(own + name, at, until))),
  fc.tuple(app, times).map(([name, at]) => step(`wake ${name}`, (s, own) => s.states.wake(own + name, at))),
  fc.tuple(app, fc.integer({ min: -1, max: 0 }), change).map(([name, ago, given]) =>
    step(`write ${name} ${JSON.stringify(given)}`, async (s, own) => {
      const state = await s.states.get(own + name);
      return s.states.write(own + name, (state?.fence ?? 0) + ago, given);
    }),
  ),
  fc.tuple(app, fc.constantFrom(0, 1), fc.constantFrom(0, 1)).map(([name, fence, rev]) =>
    step(`remove ${name}`, async (s, own) => {
      const state = await s.states.get(own + name);
      return s.states.remove(own + name, (state?.fence ?? 0) + fence, (state?.rev ?? 0) + rev);
    }),
  ),
);
const states: readonly Step[] = [
  ...APPS.map((name) => step(`state of ${name}`, (s, own) => s.states.get(own + name))),
  step('due', async (s, own) => (await s.states.due(NOW + 100_000, 1_000)).filter((name) => name.startsWith(own)).sort()),
];

const settlement: fc.Arbitrary<Settlement> = fc.constantFrom<Settlement>(
  { status: 'held', reason: 'retry', detail: 'busy', until: NOW + 5, attempts: 1, responseStatus: 503, responseBody: 'busy' },
  { status: 'held', reason: 'hold' },
  { status: 'running', attempts: 2 },
  { status: 'skipped', reason: 'superseded', by: `${ULIDS[3]}.release`, endedAt: NOW + 9 },
  { status: 'delivered', reason: 'answered-2xx', attempts: 2, responseStatus: 200, responseBody: 'ok', endedAt: NOW + 9 },
  { status: 'failed', reason: 'unavailable', endedAt: NOW + 9 },
);
const call = (n: number, own: string, change: Partial<Call> = {}): Call => {
  const { hook: heard, repository, tag, digest, receivedAt } = push(n);
  return {
    id: `${ULIDS[n]}.${own}release`,
    trigger: `${own}release`,
    application: 'web',
    hook: heard,
    repository,
    tag,
    ...(digest === undefined ? {} : { digest }),
    order: open(n).order,
    status: 'queued',
    receivedAt,
    decidedAt: NOW + n,
    ...change,
  };
};
const callStep: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(
      number,
      fc.constantFrom<Partial<Call>>(
        {},
        { actor: 'ann', redeliveryOf: `${ULIDS[9]}.release` },
        { status: 'untriggered', reason: 'excluded', detail: 'x', endedAt: NOW },
      ),
    )
    .map(([n, more]) => step(`put ${n}`, (s, own) => s.calls.put(call(n, own, more)))),
  fc.tuple(number, settlement).map(([n, given]) => step(`settle ${n} ${given.status}`, (s, own) => s.calls.settle(call(n, own).id, given))),
  fc.tuple(number, number).map(([n, delivery]) => step(`repeat ${n}`, (s, own) => s.calls.repeat(call(n, own).id, `d${delivery}`))),
);
const withSorted = (found: Call | undefined): unknown => (found?.repeats === undefined ? found : { ...found, repeats: [...found.repeats].sort() });
const callsLeft: readonly Step[] = [1, 2, 3, 4].map((n) => step(`call ${n}`, async (s, own) => withSorted(await s.calls.get(call(n, own).id, NOW))));

const claimStep: fc.Arbitrary<Step> = fc
  .tuple(number, fc.option(fc.constantFrom('e1', 'e2'), { nil: undefined }), fc.constantFrom(0, 8 * 86_400_000))
  .map(([n, eventId, later]) =>
    step(`claim ${n} ${eventId} after ${later}`, (s, own) => s.claim(push(n, { hook: own, ...(eventId === undefined ? {} : { eventId }) }), NOW + later)),
  );

describe('any operations in any order', () => {
  const check = (each: fc.Arbitrary<Step>, most: number, look: readonly Step[], numRuns: number) =>
    fc.assert(
      fc.asyncProperty(fc.array(each, { minLength: 1, maxLength: most }), (steps) => bothDo(steps, look)),
      { numRuns },
    );
  test('states', () => check(stateStep, 14, states, 80), 60_000);
  test('calls', () => check(callStep, 12, callsLeft, 50), 60_000);
  test('marks', () => check(claimStep, 6, [], 50), 60_000);
});

describe.each([
  ['memory', memoryStore],
  ['tables', () => tableStore(tables, () => NOW)],
])('what the steps rely on: %s', (_name, make) => {
  let store: Store;
  let own: string;
  const ready = async (): Promise<void> => {
    store = make();
    own = prefix();
    await store.states.create(`${own}web`, NOW);
  };

  test('an opened call is there once however often it is opened, and `rev` tells each time', async () => {
    await ready();
    for (let i = 0; i < 3; i += 1) expect(await store.states.open(`${own}web`, open(1))).toBe('opened');
    expect(await store.states.get(`${own}web`)).toMatchObject({ rev: NOW + 3, open: { [open(1).callId]: open(1) } });
    expect(await store.states.open(`${own}none`, open(1))).toBe('absent');
  });

  test('one has the lease; the next one gets it when it is over, with another fence; who lost it writes nothing', async () => {
    await ready();
    const first = await store.states.lease(`${own}web`, NOW, NOW + 75_000);
    expect(first).toMatchObject({ is: 'leased', state: { fence: NOW + 1, leaseUntil: NOW + 75_000 } });
    expect(await store.states.lease(`${own}web`, NOW + 74_999, NOW + 200_000)).toEqual({ is: 'taken', until: NOW + 75_000 });
    expect(await store.states.lease(`${own}web`, NOW + 75_000, NOW + 150_000)).toMatchObject({ is: 'leased', state: { fence: NOW + 2 } });
    expect(await store.states.write(`${own}web`, NOW + 1, { bump: 1, release: {} })).toBe('lost');
    expect(await store.states.get(`${own}web`)).toMatchObject({ rev: NOW, leaseUntil: NOW + 150_000 });
    expect(await store.states.write(`${own}web`, NOW + 2, { bump: 1, release: { dueAt: NOW + 9 } })).toEqual({ rev: NOW + 1 });
    expect(await store.states.lease(`${own}none`, NOW, NOW + 1)).toEqual({ is: 'absent' });
  });

  test('waking tells the holder of the lease and the tick, and nobody when there is none', async () => {
    await ready();
    expect(await store.states.wake(`${own}web`, NOW)).toBe(false);
    await store.states.lease(`${own}web`, NOW, NOW + 75_000);
    expect(await store.states.wake(`${own}web`, NOW + 1)).toBe(true);
    expect(await store.states.get(`${own}web`)).toMatchObject({ rev: NOW + 1, dueAt: NOW + 1 });
    expect(await store.states.due(NOW + 1, 1_000)).toContain(`${own}web`);
  });

  test('due: what is released without a time is not, the earliest come first', async () => {
    await ready();
    for (const [i, name] of ['a', 'b', 'c'].entries()) {
      await store.states.create(own + name, NOW);
      await store.states.open(own + name, open(1), { dueAt: NOW - 10 * (i + 1) });
    }
    const mine = async () => (await store.states.due(NOW, 1_000)).filter((name) => name.startsWith(own));
    expect(await mine()).toEqual(['c', 'b', 'a'].map((name) => own + name));
    await store.states.lease(`${own}b`, NOW, NOW + 1);
    await store.states.write(`${own}b`, NOW + 1, { release: {} });
    expect(await mine()).toEqual(['c', 'a'].map((name) => own + name));
  });

  test('a change closes, holds and forgets; what is closed is not held', async () => {
    await ready();
    for (const n of [1, 2, 3]) await store.states.open(`${own}web`, open(n));
    await store.states.lease(`${own}web`, NOW, NOW + 1);
    const held = { [open(2).callId]: { reason: 'quiet', until: NOW + 5 }, [open(3).callId]: { reason: 'hold' } } as const;
    await store.states.write(`${own}web`, NOW + 1, {
      runs: { [REPOSITORY]: run(1, 5), 'h.example/b': run(2, 6) },
      close: [open(1).callId, open(3).callId],
      held,
    });
    await store.states.write(`${own}web`, NOW + 1, { drop: ['h.example/b'] });
    const state = await store.states.get(`${own}web`);
    expect(state?.open).toEqual({ [open(2).callId]: { ...open(2), held: { reason: 'quiet', until: NOW + 5 } } });
    expect(state?.runs).toEqual({ [REPOSITORY]: run(1, 5) });
  });

  test('a final call never changes, an open one loses what belonged to its former status, an expired one is gone', async () => {
    await ready();
    const { id } = call(1, own);
    await store.calls.put(call(1, own));
    await store.calls.settle(id, { status: 'held', reason: 'retry', until: NOW + 5, detail: 'busy', attempts: 1 });
    await store.calls.settle(id, { status: 'running' });
    expect(await store.calls.get(id, NOW)).toEqual({ ...call(1, own), status: 'running', attempts: 1 });
    expect(await store.calls.settle(id, { status: 'succeeded', reason: 'rolled-out', endedAt: NOW })).toBe(true);
    expect(await store.calls.settle(id, { status: 'failed', reason: 'unavailable', endedAt: NOW + 1 })).toBe(false);
    expect(await store.calls.put(call(1, own, { tag: 'other' }))).toBe('exists');
    expect(await store.calls.get(id, NOW)).toMatchObject({ status: 'succeeded', tag: 'v1', endedAt: NOW });
    expect(await store.calls.get(id, NOW + 31 * 86_400_000)).toBeUndefined();
    expect(await store.calls.settle(call(7, own).id, { status: 'running' })).toBe(false);
  });

  test('at most twenty repeats are kept, each once', async () => {
    await ready();
    const { id } = call(1, own);
    await store.calls.put(call(1, own));
    for (let i = 0; i < 25; i += 1) await store.calls.repeat(id, `d${i}`);
    await store.calls.repeat(id, 'd0');
    expect((await store.calls.get(id, NOW))?.repeats).toHaveLength(20);
    await store.calls.repeat(call(2, own).id, 'd1');
    expect(await store.calls.get(call(2, own).id, NOW)).toBeUndefined();
  });

  test('an attempt is kept with its exchange, and written again is the same one', async () => {
    await ready();
    const record = { n: 1, at: NOW, outcome: 'delivered', idempotencyKey: 'web.2', exchange: exchange(200) };
    for (let i = 0; i < 2; i += 1) await expect(store.calls.attempt(call(1, own).id, record)).resolves.toBeUndefined();
  });

  test('the mark of an event belongs to the push that came first, for a week', async () => {
    await ready();
    const one = push(1, { hook: own, eventId: 'e' });
    const two = push(2, { hook: own, eventId: 'e' });
    expect(await store.claim(one, NOW)).toEqual({ mine: true });
    expect(await store.claim(two, NOW)).toEqual({ mine: false, pushId: one.id });
    expect(await store.claim(one, NOW)).toEqual({ mine: true });
    expect(await store.claim(two, NOW + 8 * 86_400_000)).toEqual({ mine: true });
  });

  test('definitions are found as they were written: a hook, an application, the triggers of a repository and those whose pattern covers it', async () => {
    await ready();
    const host = `${own}host.example`;
    const names = {
      exact: `${host}/team/web`,
      pattern: `${host}/team/*`,
      deeper: `${host}/team/deep/*`,
      other: `${host}/team/web2`,
      elsewhere: `${host}/teams/*`,
    };
    for (const [name, repository] of Object.entries(names)) await store.define.trigger(trigger({ name: own + name, repository }));
    await store.define.hook(hook({ name: `${own}hub` }));
    await store.define.application(application({ name: `${own}web`, policy: { quietSeconds: 5 } }));
    const found = async (repository: string) => (await store.triggersOf(repository)).map(({ name }) => name.slice(own.length)).sort();
    expect(await found(`${host}/team/web`)).toEqual(['exact', 'pattern']);
    expect(await found(`${host}/team/deep/web`)).toEqual(['deeper', 'pattern']);
    expect(await found(`${host}/team`)).toEqual([]);
    expect(await found(`${host}/none/web`)).toEqual([]);
    expect(await store.hook(`${own}hub`)).toEqual(hook({ name: `${own}hub` }));
    expect(await store.hook(`${own}none`)).toBeUndefined();
    expect(await store.application(`${own}web`)).toEqual({
      definition: application({ name: `${own}web`, policy: { quietSeconds: 5 } }),
      facts: { rejects: new Set(), approvals: new Set(), pins: {} },
    });
    expect((await store.application(`${own}none`)).definition).toBeUndefined();
  });
});
