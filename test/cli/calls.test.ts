import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Call, Settlement } from '../../functions/core/call.ts';
import { START, type TestApi } from '../api/api.ts';
import { type CommandLine, type Ran, startCommandLine } from './command-line.ts';

const MAIN = join(import.meta.dirname, '../../infra/cli/main.ts');

let cli: CommandLine;
let api: TestApi;
let ok: CommandLine['ok'];
let run: CommandLine['run'];
beforeAll(async () => {
  cli = await startCommandLine();
  ({ api, ok, run } = cli);
  await ok('application create web --http https://web.example/deploy');
  await ok('trigger create release --registry generic --registry-host r.example --repository shop/web --application web');
});
afterAll(() => cli.stop());

/** So many milliseconds before the clock of the API. */
const call = (before: number, more: Partial<Call> = {}): Call => {
  const at = api.clock.now - before;
  const trigger = more.trigger ?? 'release';
  return {
    id: `${ulid(at)}.${trigger}`,
    trigger,
    application: 'web',
    hook: 'release',
    repository: 'r.example/shop/web',
    tag: 'v1',
    order: `${at}#x`,
    status: 'queued',
    receivedAt: at,
    decidedAt: at,
    ...more,
  };
};
const put = async (before: number, more: Partial<Call> = {}): Promise<string> => {
  const made = call(before, more);
  await api.calls.put(made);
  return made.id;
};
const settle = (id: string, settlement: Settlement) => api.calls.settle(id, settlement);
const DELIVERED = { status: 'delivered', reason: 'answered-2xx', endedAt: START } as const;

describe('call list', () => {
  test('by every filter', async () => {
    const old = await put(3 * 86_400_000, { tag: 'v0', status: 'failed', reason: 'target-refused' });
    const other = await put(7_200_000, { tag: 'v1', status: 'skipped', reason: 'superseded', hook: 'hub', repository: 'r.example/shop/api' });
    const ids = async (flags: string) => (await ok(`call list ${flags} -o name`)).out.trim().split('\n');
    expect(await ids('')).toEqual([other, old]);
    expect(await ids('--since 24h')).toEqual([other]);
    expect(await ids('--until 2026-06-29')).toEqual([old]);
    expect(await ids('--since 2026-06-27T00:00:00+02:00 --until 24h')).toEqual([old]);
    expect(await ids('--reason superseded,coalesced')).toEqual([other]);
    expect(await ids('--tag v0')).toEqual([old]);
    expect(await ids('--repository r.example/shop/api --application web')).toEqual([other]);
    expect(await ids('--hook release --trigger release --status fired')).toEqual([old]);
    expect((await ok('call list -o wide')).out).toMatch(/^TIME .* APPLICATION +HOOK +DIGEST +WHY\n/);
  });

  test.each([
    ['--since yesterday', 2, /30m, 24h, 7d|30m, 24h or 7d/],
    ['--until 7w', 2, /30m, 24h or 7d/],
    ['--watch --until 1h', 2, /cannot be used with/],
    ['--watch --cursor x', 2, /cannot be used with/],
    ['--reason nonsense', 2, /^error: --reason: .*one or several, with commas between them, of rule-not-matched/],
    ['--tag v*', 2, /^error: --tag: .*one whole tag/],
    ['--hook nobody', 1, /no hook is named "nobody"/],
  ])('%s is refused', async (flags, code, err) => {
    expect(await run(`call list ${flags}`)).toMatchObject({ code, out: '', err: expect.stringMatching(err) });
  });
});

/** The command with something done in each of its pauses; after the last one Ctrl-C is pressed. */
const watch = async (args: string, ...turns: readonly (() => Promise<unknown>)[]): Promise<Ran> => {
  const interruption = new AbortController();
  const paused: number[] = [];
  const pause = async (ms: number) => {
    paused.push(ms);
    const turn = turns[paused.length - 1];
    if (turn === undefined) interruption.abort();
    else await turn();
  };
  const ran = await run(args, { pause, interruption: interruption.signal });
  expect(paused).toEqual(paused.map(() => 2_000));
  return ran;
};

describe('call list --watch', () => {
  beforeEach(() => {
    api.clock.now += 600_000;
  });

  test('what the list leaves out at first is nothing new', async () => {
    await put(2_000, { tag: 'a' });
    const id = await put(1_000, { tag: 'b' });
    expect((await watch('call list --watch --limit 1 -o name', async () => {})).out).toBe(`${id}\n`);
  });

  test('what is new, and what changes, a line each; then Ctrl-C ends it well', async () => {
    const before = await put(300_000, { tag: 'before' });
    let id = '';
    const ran = await watch(
      'call list --watch --limit 1',
      async () => {
        id = await put(0, { tag: 'new' });
      },
      async () => settle(id, { status: 'held', reason: 'quiet', until: START }),
      async () => {},
      async () => {
        await settle(id, DELIVERED);
        await settle(before, DELIVERED);
      },
    );
    expect(ran).toMatchObject({ code: 0, err: 'Watching: Ctrl-C ends it.\n' });
    const lines = ran.out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ {2,}/).slice(1, 5))).toEqual([
      ['queued', 'release', 'r.example/shop/web:before', before],
      ['queued', 'release', 'r.example/shop/web:new', id],
      ['held', 'release', 'r.example/shop/web:new', id],
      ['delivered', 'release', 'r.example/shop/web:new', id],
      ['delivered', 'release', 'r.example/shop/web:before', before],
    ]);
    expect(lines[2]).toMatch(/quiet · Waiting until .* · until 2026-06-30 12:00:00$/);
    expect(lines[3]).toMatch(/^2026-06-30 12:00:00 {2}delivered .* answered-2xx · The target accepted the call/);
  });

  test('with a status, what becomes it, however old; as one object on each line', async () => {
    const before = await put(3_600_000, { tag: 'old' });
    let id = '';
    const ran = await watch(
      'call list --watch --status ended --limit 1 --since 1s -o json',
      async () => {
        id = await put(0, { tag: 'new' });
      },
      async () => settle(id, { status: 'failed', reason: 'target-refused', endedAt: START }),
      async () => settle(before, DELIVERED),
      async () => put(0, { tag: 'open' }),
    );
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(
      ran.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { id, status: 'failed' },
      { id: before, status: 'delivered' },
    ]);
  });

  test('Ctrl-C at a process ends it at once, and well', async () => {
    const id = await put(0);
    const child = spawn(process.execPath, [MAIN, 'call', 'list', '--watch', '--limit', '1'], {
      env: { PATH: process.env.PATH, IMAGE_TRIGGERS_DATA: cli.data },
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      if (err.includes('Watching')) child.kill('SIGINT');
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(out).toMatch(new RegExp(`^[^\\n]*${id}[^\\n]*\\n$`));
  });

  test('of one trigger, by names', async () => {
    let id = '';
    const ran = await watch('call list --watch --trigger nightly --since 1s -o name', async () => {
      await put(0);
      id = await put(0, { trigger: 'nightly' });
    });
    expect(ran.code).toBe(1);
    await ok('trigger create nightly --hook release --repository shop/web --application web');
    const again = await watch('call list --watch --trigger nightly --since 1s -o name', async () => {
      await put(0);
      id = await put(0, { trigger: 'nightly' });
    });
    expect(again).toMatchObject({ code: 0, out: `${id}\n` });
  });
});

describe('call show --watch', () => {
  test.each([
    ['delivered', 'answered-2xx', 0],
    ['succeeded', 'rolled-out', 0],
    ['skipped', 'superseded', 0],
    ['failed', 'target-refused', 1],
    ['unknown', 'no-answer', 1],
  ] as const)('until it is %s: %s, exit %d', async (status, reason, code) => {
    const id = await put(0);
    const ran = await watch(
      `call show ${id} --watch`,
      async () => settle(id, { status: 'running' }),
      async () => settle(id, { status, reason, endedAt: START }),
    );
    expect(ran).toMatchObject({ code, out: expect.stringMatching(new RegExp(`Status: +${status}\n`)) });
    expect(
      ran.err
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/)[1]),
    ).toEqual(['queued', 'running']);
  });

  test('for a program it is one object, at the end', async () => {
    const id = await put(0);
    const ran = await watch(`call show ${id} --watch -o json`, async () => settle(id, DELIVERED));
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(ran.out)).toMatchObject({ id, status: 'delivered' });
  });

  test('interrupted before its end, nobody may take it for done', async () => {
    const id = await put(0);
    expect(await watch(`call show ${id} --watch`)).toMatchObject({ code: 1, out: expect.stringMatching(/Status: +queued\n/) });
  });

  test('without it, and of what has ended, nothing is waited for', async () => {
    const id = await put(0, { status: 'failed', reason: 'target-refused' });
    const pause = () => Promise.reject(new Error('nothing is waited for'));
    expect(await run(`call show ${id}`, { pause })).toMatchObject({ code: 0 });
    expect(await run(`call show ${id} --watch`, { pause })).toMatchObject({ code: 1 });
  });
});

test('in Chinese what stands before values and above columns, in step with them', async () => {
  const { id } = JSON.parse((await ok('call list --limit 1 -o json')).out).items[0];
  const one = (await ok(`call show ${id} --lang zh`)).out;
  expect(one).toMatch(/^ID: +\S+\n状态: +\w+\n/);
  expect(one).not.toMatch(/^(?!Webhook|Response)[A-Z][a-z ]+:/m);
  const [heads = '', first = ''] = (await ok('call list --limit 1 --lang zh')).out.split('\n');
  expect(heads).toMatch(/^时间 \(UTC\) +触发器 +镜像 +状态 +ID +原因$/);
  // A character of East Asia is two columns wide.
  const wide = (text: string): number => text.length + (text.match(/[\u4e00-\u9fff]/g)?.length ?? 0);
  expect(wide(heads.slice(0, heads.indexOf('状态')))).toBe(first.search(/(?:queued|held|running|untriggered|skipped|delivered|succeeded|failed|unknown) /));
  // For programs it is the same in every language.
  expect((await ok('call list --limit 1 -o json --lang zh')).out).toContain('"status"');
});

describe('explain', () => {
  test('what would become of it', async () => {
    expect((await ok('explain r.example/shop/web:v7')).out).toMatch(
      /^TRIGGER +FIRES +APPLICATION +THEN +WHY\n(.*\n)*release +yes +web +skip +The application has deployed/,
    );
    await ok('trigger delete nightly --yes');
    expect((await ok('explain r.example/shop/web:v7')).out).toMatch(/release +yes +web +deploy +It would be deployed now\.\n/);
    await ok("application hold web --why 'trade fair'");
    expect((await ok('explain r.example/shop/web:v7')).out).toMatch(/release +yes +web +wait +The application is on hold\. · since .*: trade fair\n/);
    expect((await ok('explain r.example/shop/web:v7 -o wide --lang zh')).out).toMatch(/应用处于保持状态。.*允许部署新镜像时请使用 release。\n/);
    expect(JSON.parse((await ok('explain r.example/shop/web:v7 -o json')).out)).toMatchObject({ triggers: [{ verdict: { would: 'wait', reason: 'hold' } }] });
  });

  test('of a call', async () => {
    const id = await put(0, { tag: 'v8' });
    expect((await ok(`explain --call ${id}`)).out).toMatch(/release +yes +web +wait/);
    for (const args of ['explain', `explain r.example/a/b:v1 --call ${id}`, `explain --call ${id} --hook release`])
      expect(await run(args), args).toMatchObject({ code: 2, out: '' });
  });
});
