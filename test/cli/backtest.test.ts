/** `diff --since`: pushes of the past by other definitions. */
import fc from 'fast-check';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenCall } from '../../functions/core/application.ts';
import type { Call } from '../../functions/core/call.ts';
import type { ApplicationDefinition, Policy } from '../../functions/core/definitions.ts';
import { lower } from '../../functions/core/lower.ts';
import { makeDeliveryNote } from '../../functions/store/deliveries.ts';
import { simulate } from '../../infra/cli/backtest/simulate.ts';
import { START } from '../api/api.ts';
import { type CommandLine, startCommandLine } from './command-line.ts';
import { application, type Folder, hook, makeFolder, trigger } from './declared.ts';

const MINUTE = 60_000;
const UNTRIGGERED = { status: 'untriggered', reason: 'rule-not-matched' } as const;

describe('what becomes of the calls of one application', () => {
  const definition = (policy: Policy): ApplicationDefinition => ({
    ...{ name: 'web', enabled: true, target: { kind: 'http' }, policy },
    ...{ createdAt: 0, updatedAt: 0 },
  });
  /** Pushes of tags at minutes. */
  type Pushed = readonly [minute: number, tag: string, digest?: string];
  const pushes = (...given: readonly Pushed[]): readonly OpenCall[] =>
    given.map(([minute, tag, digest], i) => ({
      callId: `${tag}@${minute}`,
      order: `${String(START + minute * MINUTE).padStart(13, '0')}#${String(i).padStart(26, '0')}`,
      repository: 'r.example/shop/web',
      tag,
      receivedAt: START + minute * MINUTE,
      hosts: [],
      ...(digest === undefined ? {} : { digest: `sha256:${digest.repeat(64)}` }),
    }));
  const outcomes = (policy: Policy, ...given: readonly Pushed[]) => [
    ...simulate(definition(policy), pushes(...given), START + 10_000 * MINUTE, policy.neverDown === true ? lower : undefined).values(),
  ];

  test('each push of another image is deployed; the same again is a duplicate', () => {
    expect(outcomes({}, [0, 'v1', 'a'], [1, 'v2', 'b'], [2, 'v2', 'b'], [3, 'v1', 'a'])).toEqual(['deployed', 'deployed', 'skipped: duplicate', 'deployed']);
  });

  test('a quiet time gathers a burst, and ends by itself', () => {
    expect(outcomes({ quietSeconds: 120 }, [0, 'v1'], [1, 'v2'], [2, 'v3'], [30, 'v4'])).toEqual([
      'skipped: coalesced',
      'skipped: coalesced',
      'deployed',
      'deployed',
    ]);
  });

  test('a rate lets what waits go when its time has come, unless something newer has', () => {
    expect(outcomes({ maxPerHour: 1 }, [0, 'v1'], [1, 'v2'], [2, 'v3'])).toEqual(['deployed', 'skipped: superseded', 'deployed']);
    expect(simulate(definition({ maxPerHour: 1 }), pushes([0, 'v1'], [1, 'v2']), START + 30 * MINUTE, undefined).get('v2@1')).toBe('held: rate');
  });

  test('a lower version is not deployed where the policy says so', () => {
    expect(outcomes({ neverDown: true }, [0, '2.0.0'], [1, '1.9.0'], [2, '2.1.0'])).toEqual(['deployed', 'skipped: lower-version', 'deployed']);
  });

  test('every call has one outcome, and without a policy the newest push is what runs', () => {
    const push = fc.tuple(fc.nat(200), fc.constantFrom('v1', 'v2', 'v3'), fc.constantFrom('a', 'b', 'c'));
    const policy = fc.record({ quietSeconds: fc.integer({ min: 0, max: 3_600 }), maxPerHour: fc.integer({ min: 1, max: 5 }) }, { requiredKeys: [] });
    fc.assert(
      fc.property(policy, fc.uniqueArray(push, { maxLength: 40, selector: ([minute]) => minute }), (given, unsorted) => {
        const calls = pushes(...unsorted.sort(([a], [b]) => a - b));
        const all = simulate(definition(given), calls, START + 10_000 * MINUTE, undefined);
        expect([...all.keys()].sort()).toEqual(calls.map(({ callId }) => callId).sort());
        expect([...all.values()].filter((outcome) => outcome.startsWith('held'))).toEqual([]);
        const last = calls.at(-1);
        expect(['deployed', 'skipped: duplicate', undefined]).toContain(last === undefined ? undefined : all.get(last.callId));
      }),
    );
  });
});

describe('diff --since', () => {
  let cli: CommandLine;
  let folder: Folder;
  beforeEach(async () => {
    cli = await startCommandLine();
    folder = await makeFolder();
    await cli.ok(
      `apply -f ${await folder.write('now.yaml', hook('hub'), application('web'), trigger('release', 'rule: {mode: expression, expression: release-v.*}\n'))}`,
    );
  });
  afterEach(async () => {
    await cli.stop();
    await folder.remove();
  });

  /** A push some minutes before now, as `match` recorded it. */
  const pushed = async (minutes: number, tag: string, more: Partial<Call> = {}): Promise<void> => {
    const at = START - minutes * MINUTE;
    const base = {
      trigger: 'release',
      application: 'web',
      hook: 'hub',
      order: '1#x',
      repository: 'r.example/shop/web',
      receivedAt: at,
      decidedAt: at,
      endedAt: at,
    };
    const trigger = more.trigger ?? base.trigger;
    await cli.api.calls.put({ ...base, tag, ...UNTRIGGERED, ...more, id: `${ulid(at)}.${trigger}` });
  };
  const history = async () => {
    await pushed(50, 'release-v1', { status: 'delivered', reason: 'answered-2xx', attempts: 1 });
    await pushed(40, 'main');
    await pushed(30, 'release-v2', { status: 'failed', reason: 'target-refused', attempts: 1 });
    await pushed(20, 'release-v3', { status: 'skipped', reason: 'superseded' });
    await pushed(10, 'latest');
    // None of these is a push that a rule decided.
    await pushed(9, 'v9', { trigger: '!web', action: 'deploy', status: 'delivered', attempts: 1 });
    await pushed(8, 'release-v1', { status: 'delivered', attempts: 1, redeliveryOf: 'x' });
    await pushed(7, 'release-v7', { status: 'delivered', attempts: 1, source: 'test' });
  };

  test('says how often it would have deployed, how often it did, and which', async () => {
    await history();
    const path = await folder.write(
      'new.yaml',
      trigger('release', "rule: {mode: expression, expression: '.*', except: main}\n"),
      trigger('mains', 'rule: {mode: tags, tags: [main]}\n'),
    );
    const { code, out, err } = await cli.run(`diff -f ${path} --since 2026-06-30`);
    expect(code).toBe(1);
    expect(out).toContain('~ trigger/release\n');
    expect(out).toContain('Since 2026-06-30T00:00:00.000Z there were 5 pushes.\nThis would have deployed 5 times, you had 2:\n');
    const rows = out.split('\n').filter((line) => line.startsWith('2026-'));
    expect(rows.map((row) => row.slice(11).split(/ {2,}/).slice(1))).toEqual([
      ['r.example/shop/web:release-v1', 'release', 'web', 'delivered: answered-2xx', 'deployed'],
      ['r.example/shop/web:main', 'mains', 'web', '-', 'deployed'],
      ['r.example/shop/web:release-v2', 'release', 'web', 'failed: target-refused', 'deployed'],
      ['r.example/shop/web:release-v3', 'release', 'web', 'skipped: superseded', 'deployed'],
      ['r.example/shop/web:latest', 'release', 'web', 'untriggered: rule-not-matched', 'deployed'],
    ]);
    expect(err).toContain('Pushes that no trigger heard are not kept, but for those among the last 20 deliveries of each hook');
    const json = JSON.parse((await cli.run(`diff -f ${path} --since 2026-06-30T11:25:00Z -o json`)).out);
    expect(json).toMatchObject({ items: [{ id: 'trigger/mains' }, { id: 'trigger/release' }], replay: { pushes: 3, wouldHaveDeployed: 3, deployed: 1 } });
  });

  test('what is there already decides as it did; a hook that is bounded or off hears nothing', async () => {
    await history();
    const same = await cli.run(`diff -f ${folder.path}/now.yaml --since 2026-06-30 -o json`);
    expect(same.code).toBe(0);
    const { replay } = JSON.parse(same.out);
    expect(replay).toMatchObject({ wouldHaveDeployed: 3, deployed: 2 });
    for (const { was, wouldBe } of replay.items) expect(String(was).startsWith('untriggered')).toBe(String(wouldBe).startsWith('untriggered'));
    for (const more of ["repositories: ['other/*']\n", 'enabled: false\n'])
      expect(JSON.parse((await cli.run('diff -f - --since 2026-06-30 -o json', { stdin: hook('hub', more) })).out).replay).toMatchObject({
        wouldHaveDeployed: 0,
        deployed: 2,
      });
  });

  test('a new trigger is told of what nothing heard, as far as the hook knows; pruned ones are gone', async () => {
    await history();
    const unheard = { id: ulid(START), hook: 'hub', at: START, verdict: 'unheard', references: ['r.example/shop/api:v1'] } as const;
    await makeDeliveryNote(cli.api.tables)(unheard);
    const stdin = [hook('hub'), application('web'), trigger('api').replace('shop/web', 'shop/api')].join('---\n');
    const { out } = await cli.run('diff -f - --prune --since 2026-06-30', { stdin });
    expect(out).toContain('there were 6 pushes, 1 of which no trigger heard.\nThis would have deployed once, you had 2:\n');
    expect(out).toMatch(/r\.example\/shop\/api:v1 +api +web +- +deployed\n/);
    expect(out).toMatch(/release-v1 +release +web +delivered: answered-2xx +-\n/);
  });

  test('nothing to replay; a moment that is none', async () => {
    expect((await cli.run(`diff -f ${folder.path}/now.yaml --since 2026-06-30`)).out).toContain(
      'there were 0 pushes.\nThis would have deployed 0 times, you had 0.\n',
    );
    expect(await cli.run(`diff -f ${folder.path}/now.yaml --since yesterday`)).toMatchObject({
      code: 2,
      err: expect.stringContaining("yesterday' is invalid. give a time"),
    });
  });
});
