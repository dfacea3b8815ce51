/** What may happen to an application, each done to the model and to the real steps; afterwards both must say the same. */
import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { Push } from '../../functions/core/push.ts';
import { LEASE_MS } from '../../functions/deploy/reconcile.ts';
import { REPOSITORIES, type Real } from './real.ts';
import { copyOf, type Fate, type Image, type Open, type Rules, type Setup, WHOLE } from './rules.ts';

export interface Model {
  readonly setup: Setup;
  readonly rules: Rules;
  readonly pushes: Push[];
  /** Until then the message of a dead worker is not seen again. */
  dead: number;
}
type Command = fc.AsyncCommand<Model, Real>;

const DEAD_MS = 120_000;
const MOST_MESSAGES = 2_000;

/** Everything that anybody can see. */
export const compare = ({ rules, dead }: Model, real: Real): void => {
  const { calls, rejects, told, hold } = rules.facts;
  const { memory } = real.bench;
  const seen = memory.all
    .calls()
    .map(({ id, status, reason, by }) => [id, { status, ...(reason === undefined ? {} : { reason }), ...(by === undefined ? {} : { by }) }]);
  deepStrictEqual(Object.fromEntries(seen), Object.fromEntries(calls), 'calls');
  deepStrictEqual(real.told, told, 'what the target was told');
  deepStrictEqual(
    memory.rejects
      .list('web', 100)
      .map(({ digest }) => digest)
      .sort(),
    [...rejects].sort(),
    'rejects',
  );
  deepStrictEqual(real.bench.state().hold === undefined, hold === undefined, 'hold');
  const due = rules.due();
  if (due !== undefined) ok((real.next() ?? Number.POSITIVE_INFINITY) <= Math.max(due, dead, real.now()), `nobody looks at ${due}, when it is due`);
};

const deliverAll = async ({ rules }: Model, real: Real, until: number): Promise<void> => {
  for (let i = 0; (real.next() ?? Number.POSITIVE_INFINITY) <= until; i += 1) {
    ok(i < MOST_MESSAGES, 'messages without an end');
    await real.deliver();
    rules.look(real.now());
  }
};

export const pass = async (model: Model, real: Real, ms: number): Promise<void> => {
  const end = real.now() + ms;
  await deliverAll(model, real, end);
  real.bench.at(end);
};

const command = (name: string, run: (model: Model, real: Real) => Promise<void> | void): Command => ({
  check: () => true,
  run: async (model, real) => {
    await run(model, real);
    compare(model, real);
  },
  toString: () => name,
});

const repositoryOf = ({ setup }: Model, n: number): string => REPOSITORIES[setup.repositories === 1 ? 0 : n] ?? REPOSITORIES[0];
const digestOf = (n: number): string => `sha256:${String(n).padStart(64, '0')}`;
const add = ({ rules }: Model, calls: readonly Open[]): void => {
  for (const call of calls) rules.add(call);
};
const wished = (model: Model, call: Open): void => {
  add(model, [call]);
  if (call.repository !== WHOLE) model.rules.facts.hold = { id: call.id };
};

const push = (n: number, image: Image, late: number): Command =>
  command(`push ${image.tag}${image.digest === undefined ? ' without digest' : ''} to ${n}${late === 0 ? '' : `, ${late} ms ago`}`, async (model, real) => {
    const made = await real.push(repositoryOf(model, n), image, late);
    model.pushes.push(made.push);
    add(model, made.calls);
  });

/** A delivery that came before, by its message or by its sender. */
const again = (n: number, by: 'message' | 'sender'): Command =>
  command(`push number ${n} once more by its ${by}`, async ({ pushes }, real) => {
    const one = pushes[n % Math.max(1, pushes.length)];
    if (one !== undefined) await (by === 'message' ? real.again(one) : real.repeat(one));
  });

const redeliver = (n: number): Command =>
  command(`redeliver call number ${n}`, (model, real) => {
    const ids = [...model.rules.facts.calls.keys()].filter((id) => real.bench.memory.calls.get(id, real.now())?.repository !== WHOLE);
    const id = ids[n % Math.max(1, ids.length)];
    const open = id === undefined ? undefined : real.redeliver(id);
    if (open !== undefined) add(model, [open]);
  });

const deploy = (n: number, image: Image): Command =>
  command(`deploy ${image.tag} to ${n}`, (model, real) => wished(model, real.wish(repositoryOf(model, n), image, 'deploy')));

const rollback = (n: number): Command =>
  command(`rollback of ${n}`, (model, real) => {
    const repository = repositoryOf(model, n);
    const to = model.rules.previous(repository);
    deepStrictEqual(real.previous(repository), to, 'what ran before');
    if (to !== undefined) wished(model, real.wish(repository, to, 'rollback'));
  });

const redeploy: Command = command('redeploy', (model, real) => wished(model, real.wish(WHOLE, { tag: '' }, 'redeploy')));

const hold: Command = command('hold', ({ rules }, real) => {
  rules.facts.hold ??= {};
  real.fact({ hold: 'hold' });
});
const release: Command = command('release', ({ rules }, real) => {
  delete rules.facts.hold;
  real.fact({ hold: 'release' });
});
const reject = (n: number): Command =>
  command(`reject image ${n}`, ({ rules }, real) => {
    rules.facts.rejects.add(digestOf(n));
    real.fact({ reject: digestOf(n) });
  });
const unreject = (n: number): Command =>
  command(`take back the reject of image ${n}`, ({ rules }, real) => {
    rules.facts.rejects.delete(digestOf(n));
    real.fact({ unreject: digestOf(n) });
  });

const fate = (next: Fate): Command =>
  command(`rollouts: ${next}`, ({ rules }, real) => {
    rules.facts.fate = next;
    real.setFate(next);
  });

const target = (down: boolean): Command =>
  command(`the target is ${down ? 'down' : 'up'}`, ({ rules }, real) => {
    rules.facts.down = down;
    real.setDown(down);
  });

const deliver: Command = command('messages are delivered', (model, real) => deliverAll(model, real, real.now()));
const passes = (ms: number): Command => command(`${ms} ms pass`, (model, real) => pass(model, real, ms));

/** What a call says when its worker has died is what it said before, or what it would have said had the worker lived. */
const dies = (nth: number, side: 'before' | 'after'): Command =>
  command(`the worker dies ${side} its effect ${nth + 1}`, async (model, real) => {
    const { rules, setup } = model;
    const now = real.now();
    const whole = copyOf(rules, setup);
    const { begins, wishes } = whole.look(now);
    const died = await real.die(nth, side);
    if (died === 'done') {
      rules.look(now);
      return;
    }
    model.dead = now + DEAD_MS;
    if (!died.leased || now < rules.facts.leased) return;
    const before = begins ? 1 : 0;
    const [decided, marked] = [died.writes > before, died.writes > before + (wishes ? 1 : 0)];
    rules.look(now, { rejected: died.rejected, begun: died.writes > 0, decided, marked, told: died.told, recorded: died.recorded });
    rules.facts.leased = died.recorded ? 0 : now + LEASE_MS;
    for (const { id, status, reason, by } of real.bench.memory.all.calls()) {
      const would = whole.facts.calls.get(id);
      if (would !== undefined && would.status === status && would.reason === reason && would.by === by) rules.facts.calls.set(id, would);
    }
  });

const repository = fc.integer({ min: 0, max: 1 });
const number = fc.integer({ min: 1, max: 5 });
const image = fc
  .tuple(number, fc.integer({ min: 0, max: 9 }))
  .map(([n, bare]): Image => ({ tag: `v1.${n}.0`, ...(bare === 0 ? {} : { digest: digestOf(n) }) }));
const often = <T>(times: number, arbitrary: fc.Arbitrary<T>): readonly fc.Arbitrary<T>[] => Array.from({ length: times }, () => arbitrary);

/** All are equally likely, so what shall happen more often stands here more often. */
export const someCommands: fc.Arbitrary<Iterable<Command>> = fc.commands(
  [
    ...often(
      6,
      fc.tuple(repository, image, fc.constantFrom(0, 0, 0, 3_000, 50_000)).map(([n, which, late]) => push(n, which, late)),
    ),
    fc.tuple(fc.nat(20), fc.constantFrom('message' as const, 'sender' as const)).map(([n, by]) => again(n, by)),
    fc.nat(40).map(redeliver),
    fc.tuple(repository, image).map(([n, which]) => deploy(n, which)),
    repository.map(rollback),
    fc.constantFrom(redeploy, hold, release, release),
    fc.oneof(number.map(reject), number.map(unreject)),
    ...often(2, fc.constantFrom<Fate>('healthy', 'healthy', 'failed', 'hangs').map(fate)),
    fc.boolean().map(target),
    ...often(3, fc.constant(deliver)),
    ...often(5, fc.constantFrom(1, 700, 6_000, 21_000, 47_000, 130_000, 700_000, 3_700_000).map(passes)),
    ...often(
      2,
      fc.tuple(fc.nat(18), fc.constantFrom('before' as const, 'after' as const)).map(([nth, side]) => dies(nth, side)),
    ),
  ],
  { maxCommands: 30, size: 'max' },
);

export const anySetup: fc.Arbitrary<Setup> = fc
  .record({
    repositories: fc.constantFrom(1 as const, 2 as const),
    sight: fc.constantFrom('readable' as const, 'readable' as const, 'blind' as const),
    twice: fc.boolean(),
    quietSeconds: fc.constantFrom(undefined, undefined, 20),
    maxPerHour: fc.constantFrom(undefined, undefined, 2),
    autoRollback: fc.boolean(),
    neverDown: fc.constantFrom(false, false, true),
  })
  .map(({ quietSeconds, maxPerHour, ...rest }) => ({
    ...rest,
    ...(quietSeconds === undefined ? {} : { quietSeconds }),
    ...(maxPerHour === undefined ? {} : { maxPerHour }),
  }));

/** In the end everything has its end but what a person holds. */
export const comeToRest = async (model: Model, real: Real): Promise<void> => {
  model.rules.facts.fate = 'healthy';
  model.rules.facts.down = false;
  real.setFate('healthy');
  real.setDown(false);
  for (let i = 0; i < 8; i += 1) await pass(model, real, 3_700_000);
  compare(model, real);
  for (const [id, { status, reason }] of model.rules.facts.calls)
    ok(!['queued', 'running', 'held'].includes(status) || (reason === 'hold' && model.rules.facts.hold !== undefined), `${id} is ${status} for ever`);
  deepStrictEqual(real.bench.state().dueAt, undefined, 'still due');
};
