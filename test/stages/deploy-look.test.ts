/** What really runs there, looked at because somebody asked. */
import { describe, expect, test } from 'vitest';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { match } from '../../functions/match/match.ts';
import { type Bench, makeBench } from './bench.ts';
import { message, NOW, push, REPOSITORY } from './given.ts';
import { ask } from './wishes.ts';

const go = (bench: Bench): Promise<void> => reconcile('web', { count: 1, last: false }, bench.ports.deploy);
const pushed = (bench: Bench, n: number): Promise<void> => match(message(push(n, { receivedAt: bench.now() })), bench.ports.match);
const ready = (sight: 'blind' | 'readable' = 'readable', kind: string = sight): Bench => {
  const bench = makeBench();
  bench.define({ application: { target: { kind } } });
  bench.target.sight = sight;
  return bench;
};
const asked = async (bench: Bench) => {
  bench.memory.states.wish('web', { refresh: true }, bench.now());
  await go(bench);
  return bench.state().seen;
};
const deployed = async (): Promise<Bench> => {
  const bench = ready();
  await pushed(bench, 1);
  await go(bench);
  bench.pass(5_000);
  await go(bench);
  bench.pass(5_000);
  return bench;
};

describe('when nothing is to do', () => {
  test('what is wanted runs; somebody changed it by hand; it is on its way', async () => {
    const bench = await deployed();
    const image = `${REPOSITORY}:v1@${push(1).digest}`;
    expect(await asked(bench)).toEqual({ at: bench.now(), synced: true, settled: true, containers: [image] });
    bench.pass(1_000);
    bench.target.running = ['by-hand'];
    expect(await asked(bench)).toEqual({ at: bench.now(), synced: false, settled: true, containers: ['by-hand'] });
    bench.pass(1_000);
    bench.target.settled = false;
    expect(await asked(bench)).toMatchObject({ settled: false });
    expect(bench.target.applied).toHaveLength(1);
  });

  test('it is looked at once for each time that somebody asked', async () => {
    const bench = await deployed();
    await asked(bench);
    const reads = (): number => bench.effects.filter((name) => name === 'target.read').length;
    const before = reads();
    await go(bench);
    expect(reads()).toBe(before);
  });

  test('on the last receive, after every worker died in the look: that is the answer, and nobody looks again', async () => {
    const bench = await deployed();
    bench.memory.states.wish('web', { refresh: true }, bench.now());
    await reconcile('web', { count: 5, last: true }, bench.ports.deploy);
    expect(bench.state().seen).toEqual({ at: bench.now(), code: 'worker-died', why: expect.stringContaining('died') });
    bench.effects.length = 0;
    await go(bench);
    expect(bench.effects).not.toContain('target.read');
  });

  test('asked by a clock that is ahead: answered all the same', async () => {
    const bench = await deployed();
    bench.memory.states.wish('web', { refresh: true }, bench.now() + 300);
    await go(bench);
    expect(bench.state().seen?.at).toBe(bench.now() + 300);
  });

  test.each([
    ['nothing was deployed', () => ready(), 'nothing was deployed yet'],
    ['the target cannot be asked', () => ready('blind'), 'cannot be asked'],
    ['the target is none', () => ready('readable', 'strange'), 'no kind strange'],
  ] as const)('%s: it says so', async (_name, make, why) => {
    expect((await asked(make()))?.why).toContain(why);
  });

  const REFUSED = { is: 'refused', why: { code: 'access-denied', detail: 'the role cannot be assumed' } } as const;

  test('before anything was deployed: whether it may be read at all is known, and what only a wish lacks is no fault', async () => {
    const bench = ready();
    bench.target.reads = [REFUSED];
    expect(await asked(bench)).toEqual({ at: bench.now(), code: 'access-denied', why: 'the role cannot be assumed' });
    bench.pass(1_000);
    bench.target.reads = [{ is: 'refused', why: { code: 'no-container' } }];
    expect(await asked(bench)).toEqual({ at: bench.now(), why: expect.stringContaining('nothing was deployed yet') });
    expect(bench.target.applied).toEqual([]);
  });

  test('of one that cannot be asked: whether what it needs can be read, without a word to it', async () => {
    const bench = ready('blind');
    bench.target.obstacle = { is: 'refused', why: { code: 'secret-unreadable', detail: 'there is no parameter /image-triggers/web' } };
    expect(await asked(bench)).toEqual({ at: bench.now(), code: 'secret-unreadable', why: 'there is no parameter /image-triggers/web' });
    expect(bench.target.applied).toEqual([]);
  });

  test('it cannot be read: the reason is what is seen, and nothing is tried again by itself', async () => {
    const bench = await deployed();
    bench.target.reads = [{ is: 'unavailable', why: { code: 'unavailable', detail: 'throttled' } }];
    expect(await asked(bench)).toEqual({ at: bench.now(), code: 'unavailable', why: 'throttled' });
    expect(bench.state().dueAt).toBeUndefined();
  });

  test('a template alone was deployed: it is what is compared', async () => {
    const bench = makeBench();
    bench.define({ application: { target: { kind: 'readable' }, templated: true } });
    bench.target.sight = 'readable';
    bench.target.takesTemplates = true;
    bench.memory.templates.put('web', { version: 1, text: 'kind: ConfigMap\n', at: NOW });
    ask(bench, 50, { version: 1 });
    await go(bench);
    bench.pass(5_000);
    await go(bench);
    bench.pass(5_000);
    // Somebody put another version meanwhile: a look compares with what was deployed, and writes nothing.
    bench.memory.templates.put('web', { version: 2, text: 'kind: Secret\n', at: NOW });
    expect(await asked(bench)).toMatchObject({ synced: true, containers: ['template 1'] });
    expect(bench.memory.templates.list('web', 9)).toHaveLength(2);
  });
});

test('asked while something is to be done: right after it, by a message of its own', async () => {
  const bench = ready();
  await pushed(bench, 1);
  bench.pass(1_000);
  expect(await asked(bench)).toBeUndefined();
  expect(bench.sent.at(-1)).toEqual({ application: 'web', seconds: 0 });
  bench.pass(100);
  await go(bench);
  expect(bench.state().seen).toMatchObject({ synced: true });
});
