/** The steps against the model of their rules, a short run: `npm run chaos` does 10,000 sequences. And the comparison sees what it is there to see. */
import { expect, test } from 'vitest';
import { compare, type Model } from './commands.ts';
import { makeReal, REPOSITORIES } from './real.ts';
import { makeRules, type Setup } from './rules.ts';
import { runSequences } from './sequences.ts';

test('300 sequences, no difference, and nearly every end of a call among them', async () => {
  const { difference, ends } = await runSequences(300, 1);
  expect(difference).toBeUndefined();
  const names = Object.keys(ends).map((name) => name.split(' ')[1]);
  const wanted = ['answered-2xx', 'rolled-out', 'rollout-failed', 'hold', 'coalesced', 'duplicate', 'superseded', 'rolled-back', 'rejected', 'lower-version'];
  expect(names).toEqual(expect.arrayContaining(wanted));
}, 60_000);

test('a call that ended otherwise, a deployment too many and a wake-up that nobody sends are differences', async () => {
  const setup: Setup = { repositories: 1, sight: 'readable', twice: false, quietSeconds: 20, autoRollback: false, neverDown: false };
  const begun = async () => {
    const real = makeReal(setup);
    const model: Model = { setup, rules: makeRules(setup), pushes: [], dead: 0 };
    const { calls } = await real.push(REPOSITORIES[0], { tag: 'v1.1.0' }, 0);
    for (const call of calls) model.rules.add(call);
    await real.deliver();
    model.rules.look(real.now());
    compare(model, real);
    return { model, real, id: calls[0]?.id ?? '' };
  };
  const ended = await begun();
  ended.real.bench.memory.calls.settle(ended.id, { status: 'skipped', reason: 'superseded' });
  expect(() => compare(ended.model, ended.real)).toThrow('calls');
  const twice = await begun();
  twice.real.told.push('once more');
  expect(() => compare(twice.model, twice.real)).toThrow('what the target was told');
  const asleep = await begun();
  asleep.real.lose();
  expect(() => compare(asleep.model, asleep.real)).toThrow('nobody looks');
});
