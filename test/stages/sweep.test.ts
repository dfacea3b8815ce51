/** Looks at registries over a memory: what is missed goes through match and deploy like any other push. */
import { describe, expect, test } from 'vitest';
import { decideAll } from '../../functions/core/decide-all.ts';
import type { HookDefinition, TriggerDefinition } from '../../functions/core/definitions.ts';
import { ecrHook } from '../../functions/core/ecr-hook.ts';
import { ecrHosts } from '../../functions/core/ecr-host.ts';
import type { PushesMessage } from '../../functions/core/message.ts';
import type { RegistryAnswer } from '../../functions/core/registry-answer.ts';
import type { SweepMemory } from '../../functions/core/sweep.ts';
import { sweptAgain } from '../../functions/core/sweep-minutes.ts';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { type SweepPorts, sweep } from '../../functions/deploy/sweep.ts';
import { match } from '../../functions/match/match.ts';
import { makeBench } from './bench.ts';
import { ECR_HOST } from './ecr-event.ts';
import { HOST, hook, message, NOW, push, REPOSITORY, ULIDS } from './given.ts';

const MINUTE = 60_000;
const digest = (n: number): string => `sha256:${String(n).padStart(64, '0')}`;

const makeWorld = (change: { readonly hook?: Partial<HookDefinition>; readonly triggers?: readonly Partial<TriggerDefinition>[] } = {}) => {
  const bench = makeBench();
  const given = { access: 'public', ...change.hook } as const;
  bench.define(...(change.triggers ?? [{}]).map((one) => ({ hook: given, trigger: one })));
  const images = new Map<string, string>();
  const sent: PushesMessage[] = [];
  const asked: string[] = [];
  const knew: (string | undefined)[] = [];
  const refused: { tags?: { why: string; retryAfter?: number }; find?: RegistryAnswer; repository?: string } = {};
  const dues = new Map([['hub', NOW]]);
  const memories = new Map<string, SweepMemory>();
  const reports: { missed: number; why?: string }[] = [];
  let ids = 150;
  const ports: SweepPorts = {
    due: async (now) => [...dues].flatMap(([name, dueAt]) => (dueAt <= now ? [{ hook: name, dueAt }] : [])),
    take: async (name, dueAt, next) => {
      if (dues.get(name) !== dueAt) return false;
      if (next === undefined) dues.delete(name);
      else dues.set(name, next);
      return true;
    },
    hook: async (name) => bench.memory.hook(name),
    triggers: async (name) => [...bench.memory.triggers.values()].filter((one) => one.hook === name),
    fires: async (one, tag) => (await decideAll([one], { hook: one.hook, tag })).some(({ decision }) => decision.fires),
    memory: async (name, repository) => memories.get(`${name} ${repository}`),
    remember: (name, repository, seen) => bench.effect('remember', () => void memories.set(`${name} ${repository}`, seen)),
    report: async (_name, report) => void reports.push(report),
    calls: async (name) => bench.memory.all.calls().filter((call) => call.trigger === name),
    registry: async (repository) => ({
      tags: async () => {
        asked.push(repository);
        const tags = [...images.keys()].flatMap((name) => (name.startsWith(`${repository}:`) ? [name.slice(repository.length + 1)] : []));
        return refused.tags === undefined ? { is: 'listed', tags } : { is: 'silent', ...refused.tags };
      },
      find: async (tag, known) => {
        asked.push(`${repository}:${tag}`);
        knew.push(known);
        if (refused.repository === repository) return { is: 'silent', why: 'it answered 403', denied: true };
        const found = images.get(`${repository}:${tag}`);
        return refused.find ?? (found === undefined ? { is: 'absent', why: 'gone' } : { is: 'found', digest: found });
      },
    }),
    send: (sending) =>
      bench.effect('pushes.send', () => {
        sent.push(sending);
        bench.enqueued.push(sending);
      }),
    newUlid: () => {
      ids += 1;
      return ULIDS[ids] ?? '';
    },
    now: bench.now,
    log: (event, fields) => void bench.logs.push({ event, fields }),
  };
  const put = (tag: string, n: number, repository = REPOSITORY): void => void images.set(`${repository}:${tag}`, digest(n));
  const drain = async (): Promise<void> => {
    for (const sent of bench.enqueued.splice(0)) await match(sent, bench.ports.match);
    for (const { application } of bench.sent.splice(0)) await reconcile(application, { count: 1, last: false }, bench.ports.deploy);
  };
  return {
    bench,
    images,
    sent,
    asked,
    knew,
    refused,
    dues,
    memories,
    reports,
    put,
    drain,
    look: () => sweep(ports),
    /** The look that is due next, with the tick that comes then, and what follows from it. */
    next: async (name = 'hub'): Promise<void> => {
      bench.at(Math.max(bench.now(), NOW + Math.ceil(((dues.get(name) ?? NOW) - NOW) / MINUTE) * MINUTE));
      await sweep(ports);
      await drain();
    },
    calls: () => bench.memory.all.calls().map(({ tag, status, source, digest: of }) => ({ tag, status, source, digest: of })),
  };
};

test('a push that nobody told of is found, deployed, and says where it is from; what was there before is not', async () => {
  const { put, next, calls, dues, bench, reports } = makeWorld();
  put('v1', 1);
  await next();
  expect(dues.get('hub')).toBe(NOW + 9.5 * MINUTE);
  put('v2', 2);
  await next();
  expect(calls()).toEqual([]);
  // Looked at again soon, so that a late notification is told from none.
  expect(dues.get('hub')).toBe(NOW + 10.5 * MINUTE);
  await next();
  expect(calls()).toEqual([{ tag: 'v2', status: 'delivered', source: 'sweep', digest: digest(2) }]);
  expect(bench.target.applied.map(({ wanted }) => wanted[0]?.image)).toEqual([{ repository: REPOSITORY, tag: 'v2', digest: digest(2) }]);
  expect(bench.logs).toContainEqual({ event: 'sweep.missed', fields: expect.objectContaining({ hook: 'hub', missed: 1 }) });
  expect(reports.map(({ missed }) => missed)).toEqual([0, 0, 1]);
  await next();
  await next();
  expect(calls()).toHaveLength(1);
});

test('a retag is found', async () => {
  const { put, next, calls } = makeWorld();
  put('v1', 1);
  await next();
  put('v1', 2);
  await next();
  await next();
  expect(calls()).toEqual([{ tag: 'v1', status: 'delivered', source: 'sweep', digest: digest(2) }]);
});

test('ticks that come a hair early skip no look, and a missed push waits for no more than three of them', async () => {
  const { put, look, drain, asked, calls, bench } = makeWorld({ hook: { sweepMinutes: 1 } });
  put('v1', 1);
  for (let minute = 0; minute < 4; minute += 1) {
    bench.at(NOW + minute * (MINUTE - 40));
    await look();
    await drain();
    if (minute === 0) put('v2', 2);
    expect(asked.filter((one) => one === REPOSITORY)).toHaveLength(minute + 1);
  }
  expect(calls()).toMatchObject([{ tag: 'v2', status: 'delivered' }]);
});

test('what was told is not sent again', async () => {
  const { put, next, calls, bench, drain } = makeWorld();
  await next();
  put('v2', 2);
  bench.enqueued.push(message(push(2, { digest: digest(2) })));
  await drain();
  await next();
  await next();
  expect(calls()).toEqual([{ tag: 'v2', status: 'delivered', source: undefined, digest: digest(2) }]);
});

test('told just after it was suspected, it is not sent either', async () => {
  const { put, next, calls, bench, drain } = makeWorld();
  await next();
  put('v2', 2);
  await next();
  bench.enqueued.push(message(push(2, { digest: digest(2), receivedAt: bench.now() + 5_000 })));
  await drain();
  await next();
  expect(calls()).toEqual([{ tag: 'v2', status: 'delivered', source: undefined, digest: digest(2) }]);
});

test('a missed one does not overtake what was told since', async () => {
  const { put, next, calls, bench, drain } = makeWorld();
  await next();
  put('v1', 1);
  put('v2', 2);
  bench.enqueued.push(message(push(2, { digest: digest(2), receivedAt: NOW + 5 * MINUTE })));
  await drain();
  await next();
  await next();
  expect(calls()).toContainEqual({ tag: 'v1', status: 'skipped', source: 'sweep', digest: digest(1) });
  expect(bench.target.applied.map(({ wanted }) => wanted[0]?.image.tag)).toEqual(['v2']);
});

test('who dies between sending and remembering sends the same event again, and it is one call', async () => {
  const { put, next, calls, bench, look, drain } = makeWorld();
  await next();
  put('v2', 2);
  await next();
  bench.pass(MINUTE);
  bench.cutAt(0, 'after');
  expect(await bench.until(look())).toBe('gone');
  bench.revive();
  await drain();
  await next();
  await next();
  expect(calls()).toHaveLength(1);
});

test('only tags that would fire are asked, and only repositories that triggers name', async () => {
  const { put, next, asked } = makeWorld({
    triggers: [
      { rule: { mode: 'expression', expression: 'v.*' } },
      { name: 'pattern', repository: `${HOST}/team/*` },
      { name: 'off', repository: `${HOST}/shop/off`, enabled: false },
    ],
  });
  put('v1', 1);
  put('latest', 1);
  put('v1', 1, `${HOST}/team/a`);
  await next();
  expect(asked).toEqual([REPOSITORY, `${REPOSITORY}:v1`]);
});

test('a rule that takes in more deploys nothing of what was there', async () => {
  const { put, next, calls, bench } = makeWorld({ triggers: [{ rule: { mode: 'tags', tags: ['v1'] } }] });
  put('v1', 1);
  put('v2', 2);
  await next();
  bench.define({ hook: { access: 'public' }, trigger: { rule: { mode: 'all' }, updatedAt: NOW + 1 } });
  for (let i = 0; i < 3; i += 1) await next();
  expect(calls()).toEqual([]);
  put('v3', 3);
  for (let i = 0; i < 2; i += 1) await next();
  expect(calls()).toMatchObject([{ tag: 'v3', status: 'delivered' }]);
});

test('one look asks at most fifty tags, the new ones first; in the end every tag was asked', async () => {
  const { put, next, asked, calls } = makeWorld();
  for (let n = 0; n < 120; n += 1) put(`v${n}`, n);
  await next();
  expect(asked).toHaveLength(51);
  put('new', 500);
  asked.length = 0;
  await next();
  expect(asked[1]).toBe(`${REPOSITORY}:new`);
  expect(asked).toHaveLength(51);
  for (let i = 0; i < 6; i += 1) await next();
  expect(new Set(asked).size).toBe(122);
  expect(calls().map(({ tag }) => tag)).toEqual(['new']);
});

test.each([
  ['off', { sweepMinutes: 0 }],
  ['of a hook that is disabled', { enabled: false }],
])('nothing is looked at where it is %s', async (_, change) => {
  const { next, asked, put } = makeWorld({ hook: change });
  put('v1', 1);
  await next();
  expect(asked).toEqual([]);
});

test('what a tag named last is said when it is asked again, so that an unchanged one costs little', async () => {
  const { put, next, knew } = makeWorld();
  put('v1', 1);
  put('constructor', 2);
  await next();
  await next();
  expect(knew).toEqual([undefined, undefined, digest(1), digest(2)]);
});

test('one repository that may not be read does not keep the others from being looked at', async () => {
  const [closed, open] = [`${HOST}/shop/a`, `${HOST}/shop/b`];
  const { put, next, refused, calls, reports } = makeWorld({ triggers: [{ repository: closed }, { name: 'other', repository: open }] });
  refused.repository = closed;
  put('v1', 1, closed);
  await next();
  put('v2', 2, open);
  await next();
  await next();
  expect(calls()).toMatchObject([{ tag: 'v2', status: 'delivered' }]);
  expect(reports.at(-1)).toMatchObject({ why: `${closed}: it answered 403` });
});

test('repositories for which the hook may not speak are not asked for', async () => {
  const { put, next, asked } = makeWorld({ hook: { repositories: ['team/*'] } });
  put('v1', 1);
  await next();
  expect(asked).toEqual([]);
});

describe('after a pause', () => {
  const paused = async (pause: Partial<HookDefinition>) => {
    const world = makeWorld();
    const before: HookDefinition = hook({ access: 'public' });
    await world.next();
    const off: HookDefinition = { ...before, ...pause };
    world.bench.define({ hook: off });
    world.put('v1', 1);
    await world.next();
    expect(world.dues.get('hub')).toBeUndefined();
    world.bench.pass(60 * MINUTE);
    world.bench.define({ hook: sweptAgain({ ...off, enabled: true, access: 'public', sweepMinutes: 10 }, off, world.bench.now()) });
    world.dues.set('hub', world.bench.now());
    return world;
  };

  test.each([
    ['of the hook', { enabled: false }],
    ['of the looks', { sweepMinutes: 0 }],
  ])('%s, what was pushed meanwhile is not deployed, and what is pushed then is', async (_, pause) => {
    const { next, calls, put } = await paused(pause);
    for (let i = 0; i < 3; i += 1) await next();
    expect(calls()).toEqual([]);
    put('v2', 2);
    for (let i = 0; i < 2; i += 1) await next();
    expect(calls()).toMatchObject([{ tag: 'v2', status: 'delivered' }]);
  });

  test('a change that is no pause forgets nothing', () => {
    const before = hook({ access: 'public' });
    expect(sweptAgain({ ...before, updatedAt: NOW }, before, NOW)).toEqual({ ...before, updatedAt: NOW });
  });
});

describe('the hook of Amazon ECR', () => {
  const SHOP = `${ECR_HOST}/shop/web`;
  const heard = (rule: string | undefined) => {
    const world = makeWorld({ triggers: [{ hook: 'ecr', repository: SHOP }] });
    world.bench.memory.hooks.set('ecr', ecrHook(rule));
    world.dues.delete('hub');
    world.dues.set('ecr', NOW);
    return world;
  };

  test('is looked at like any other, and what is missed is known under all names of its registry', async () => {
    const { put, bench, next, sent } = heard('all');
    await next('ecr');
    put('v1', 1, SHOP);
    for (let i = 0; i < 2; i += 1) await next('ecr');
    expect(sent).toMatchObject([{ hook: 'ecr', access: 'ecr', hosts: ecrHosts(ECR_HOST), pushes: [{ tag: 'v1', source: 'sweep' }] }]);
    expect(bench.memory.all.calls()).toMatchObject([{ hook: 'ecr', tag: 'v1', status: 'delivered' }]);
  });

  test.each([
    ['without a rule', undefined],
    ['with a rule for others', 'team/*'],
  ])('%s nothing is asked', async (_, rule) => {
    const { look, asked, dues, put } = heard(rule);
    put('v1', 1, SHOP);
    await look();
    expect(asked).toEqual([]);
    expect(dues.has('ecr')).toBe(rule !== undefined);
  });
});

test('a registry that wants to be left alone is, and the report says why', async () => {
  const { next, refused, dues, reports, bench } = makeWorld();
  refused.tags = { why: 'it answered 429', retryAfter: 60 * MINUTE };
  await next();
  expect(dues.get('hub')).toBe(bench.now() + 60 * MINUTE);
  expect(reports).toEqual([{ at: NOW, missed: 0, why: `${REPOSITORY}: it answered 429` }]);
});

test('one that stops answering half-way is asked no more in this look, and nothing is forgotten', async () => {
  const { next, put, refused, asked, calls, images } = makeWorld();
  put('v1', 1);
  put('v2', 2);
  await next();
  asked.length = 0;
  refused.find = { is: 'silent', why: 'it answered 503' };
  await next();
  expect(asked).toHaveLength(2);
  delete refused.find;
  await next();
  await next();
  expect(calls()).toEqual([]);
  expect(images.size).toBe(2);
});

test('two ticks at once are one look', async () => {
  const { look, asked } = makeWorld();
  await Promise.all([look(), look()]);
  expect(asked).toEqual([REPOSITORY]);
});
