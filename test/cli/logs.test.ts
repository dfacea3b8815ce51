/** `image-triggers logs`: the same lines from the files of the local engine and from CloudWatch, through the real SDK and the real binary. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ulid } from 'ulid';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type LogFilter, passes, patternOf } from '../../infra/cli/logs/filter.ts';
import { STAGES, type Stage } from '../../infra/cli/logs/line.ts';
import { runCommand } from './command-line.ts';
import { type FakeAws, matches, startFakeAws } from './fake-aws.ts';

const NOW = Date.now();
const [DELIVERY, OTHER, THIRD, STRANGER] = [ulid(NOW - 60_000), ulid(NOW - 60_000), ulid(NOW - 60_000), ulid(NOW - 30_000)];
const CALL = `${DELIVERY}.release`;
const [MATCH_MS, DEPLOY_MS] = [40, 90];
const TOKEN = `it_release_${'a'.repeat(43)}_${'b'.repeat(6)}`;

/** What was logged of a delivery with two pushes, and of one that has nothing to do with it. */
const LOGGED: readonly (readonly [Stage, number, string])[] = [
  ['deploy', NOW - 60_000 + DEPLOY_MS, JSON.stringify({ event: 'deploy.attempted', call: CALL, application: 'web', status: 'delivered', ms: DEPLOY_MS })],
  ['deploy', NOW - 60_000 + DEPLOY_MS + 1, JSON.stringify({ event: 'call.settled', call: `${OTHER}.beta`, application: 'beta', status: 'skipped' })],
  ['deploy', NOW - 60_000 + DEPLOY_MS + 2, JSON.stringify({ event: 'call.settled', call: `${THIRD}.gamma`, application: 'gamma', status: 'skipped' })],
  // What fired one call names it; what two triggers decided, itself.
  ['match', NOW - 60_000 + MATCH_MS, JSON.stringify({ event: 'trigger.decided', call: CALL, image: 'h/shop/web:v1' })],
  ['match', NOW - 60_000 + MATCH_MS + 1, JSON.stringify({ event: 'trigger.decided', call: `${OTHER}.beta`, delivery: DELIVERY, image: 'h/shop/web:v2' })],
  [
    'match',
    NOW - 60_000 + MATCH_MS + 2,
    JSON.stringify({ event: 'trigger.decided', push: THIRD, delivery: DELIVERY, hook: 'release', decided: 2, fired: 'gamma', image: 'h/shop/web:v3' }),
  ],
  ['ingest', NOW - 60_000, JSON.stringify({ event: 'push.received', delivery: DELIVERY, hook: 'release', status: 202, pushes: 2 })],
  ['ingest', NOW - 30_000, JSON.stringify({ event: 'push.received', delivery: STRANGER, hook: 'hub', status: 401, why: 'a wrong\u001b[31m secret' })],
  ['api', NOW - 20_000, `Warning: something of a library about ${TOKEN}`],
  ['api', NOW - 10_000, JSON.stringify({ event: 'api.request', request: 'reading', method: 'GET', status: 200 })],
  ['api', NOW - 10_000, JSON.stringify({ event: 'api.request', request: 'writing', method: 'POST', status: 201 })],
  ['api', NOW - 7_200_000, JSON.stringify({ event: 'api.request', request: 'old' })],
];

let data: string;
let aws: FakeAws;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'image-triggers-logs-'));
  await mkdir(join(data, 'logs'));
  aws = await startFakeAws();
  aws.resource('AWS::Logs::LogGroup', 'HttpAccessLogs01234567');
  for (const stage of STAGES) {
    const name = aws.resource('AWS::Logs::LogGroup', `${stage.charAt(0).toUpperCase()}${stage.slice(1)}Logs01234567`);
    const own = LOGGED.filter(([of]) => of === stage);
    aws.logs.set(
      name,
      own.map(([, at, line]) => ({ at, line })),
    );
    const local = [...own].sort(([, a], [, b]) => a - b).map(([, at, line]) => asLocal(line, at));
    await writeFile(join(data, 'logs', `${stage}function.ndjson`), local.join(''));
  }
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  aws.stop();
  await rm(data, { recursive: true });
});

/** As `infra/local/log-files.ts` writes it. */
const asLocal = (line: string, at: number): string => {
  const time = new Date(at).toISOString();
  return `${JSON.stringify(line.startsWith('{') ? { time, ...JSON.parse(line) } : { time, stream: 'stderr', line })}\n`;
};

const locally = (args: string) => runCommand(`logs ${args}`, { env: { IMAGE_TRIGGERS_DATA: data } });
const onAws = (args: string) => {
  for (const [name, value] of Object.entries(aws.env)) vi.stubEnv(name, value);
  return runCommand(`logs ${args} --stack it`, {});
};
const eventsIn = (out: string): readonly string[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).event);

const BOTH = [
  ['the local engine', locally],
  ['CloudWatch', onAws],
] as const;

describe.each(BOTH)('from %s', (_, logs) => {
  test('a call is shown from its delivery to its end, in order, without the others', async () => {
    const { code, out, err } = await logs(`--call ${CALL}`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')).toEqual([
      expect.stringMatching(
        new RegExp(`^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}  ingest  push\\.received    ${DELIVERY} +hook=release status=202 pushes=2$`),
      ),
      expect.stringMatching(new RegExp(`  match   trigger\\.decided  ${CALL} image=h/shop/web:v1$`)),
      expect.stringMatching(new RegExp(`  deploy  deploy\\.attempted ${CALL} application=web status=delivered ms=90$`)),
      '',
    ]);
  });

  test.each([`${OTHER}.beta`, `${THIRD}.gamma`])('the call %s of a later push of a delivery leads to that delivery', async (call) => {
    expect(eventsIn((await logs(`--call ${call} -o json`)).out)).toEqual(['push.received', 'trigger.decided', 'call.settled']);
  });

  test('of a delivery every push and call is shown', async () => {
    const { out } = await logs(`--delivery ${DELIVERY} -o json`);
    const decided = Array.from({ length: 3 }, () => 'trigger.decided');
    expect(eventsIn(out)).toEqual(['push.received', ...decided, 'deploy.attempted', 'call.settled', 'call.settled']);
  });

  test('of an application what was done for it, and the pushes that led to it', async () => {
    for (const name of ['beta', 'gamma']) expect(eventsIn((await logs(`--application ${name} -o json`)).out)).toEqual(['trigger.decided', 'call.settled']);
    expect(eventsIn((await logs('--application web -o json')).out)).toEqual(['push.received', 'trigger.decided', 'deploy.attempted']);
  });

  test('of one function, of a time, and only the newest', async () => {
    expect(eventsIn((await logs('--function ingest -o json')).out)).toEqual(['push.received', 'push.received']);
    expect(eventsIn((await logs('--function ingest --since 45s -o json')).out)).toEqual(['push.received']);
    const some = await logs('--limit 2');
    expect(some.out.trimEnd().split('\n')).toHaveLength(2);
    expect(some.err).toBe('There are 8 older ones: give a larger --limit\n');
    expect((await logs('--since 3h --function api -o json')).out).toContain('"request":"old"');
  });

  test('that the API was read is shown only where the API is asked for', async () => {
    const all = (await logs('')).out;
    expect(all).toContain('writing');
    expect(all).not.toContain('reading');
    expect((await logs('--function api')).out).toContain('reading');
  });

  test('what is no line of a step is shown as it is, but no token, and nothing that steers the terminal', async () => {
    const { out } = await logs('');
    expect(out).toContain('  api     Warning: something of a library about it_release_…\n');
    expect(out).not.toContain(TOKEN);
    expect(out).not.toContain('\u001b');
    expect(out).toContain('why="a wrong\\u001b[31m secret"');
  });

  test('nothing is no error, and says so', async () => {
    const absent = `${ulid(NOW)}.release`;
    expect(await logs(`--call ${absent}`)).toEqual({ code: 0, out: '', err: `nothing was logged of ${absent}\n` });
    expect(await logs('--application nobody --since 5m')).toMatchObject({ code: 0, err: 'nothing was logged of nobody since 5m: give an earlier --since\n' });
  });
});

test('both give the same, line by line', async () => {
  for (const args of [`--call ${CALL}`, `--delivery ${DELIVERY} -o json`, '--since 3h --function ingest -o yaml', '-o name']) {
    const here = await locally(args);
    expect(here.out, args).not.toBe('');
    expect((await onAws(args)).out, args).toBe(here.out);
  }
});

test.each([
  ['ListStackResources', 'cloudformation:ListStackResources'],
  ['FilterLogEvents', 'logs:FilterLogEvents'],
])('where AWS refuses %s, the permission is named', async (action, permission) => {
  aws.denied.add(action);
  expect(await onAws('')).toMatchObject({ code: 1, out: '', err: expect.stringContaining(permission) });
  aws.denied.clear();
});

test.each([
  ['--call web', 'call list'],
  [`--call ${CALL} --delivery ${DELIVERY}`, 'cannot be used'],
  ['--since yesterday', 'how long ago it is'],
  ['--function front', 'Allowed choices'],
  ['--limit 0', 'at least 1'],
])('logs %s is a mistake, and says which', async (args, message) => {
  expect(await locally(args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(message) });
});

test('a directory in which no engine ever ran is named', async () => {
  expect(await runCommand('logs', { env: { IMAGE_TRIGGERS_DATA: join(data, 'none') } })).toMatchObject({
    code: 1,
    err: expect.stringContaining(`${join(data, 'none', 'logs')} holds no logs`),
  });
});

test('the pattern that CloudWatch is sent means what is compared here', () => {
  const name = fc.constantFrom('event', 'call', 'push');
  const value = fc.constantFrom('a', 'ab', 'a*', 'b.c', 'x');
  const filter: fc.Arbitrary<LogFilter> = fc.array(fc.dictionary(name, value, { minKeys: 1, maxKeys: 2, noNullPrototype: true }), {
    minLength: 1,
    maxLength: 4,
  });
  const line = fc.dictionary(name, fc.constantFrom('a', 'ab', 'abc', 'b.c', 'x'), { noNullPrototype: true });
  fc.assert(fc.property(filter, line, (given, fields) => matches(patternOf(given) ?? '', JSON.stringify(fields)) === passes(given, fields)));
});

test('--follow goes on with what comes, each once, also when the file turns', async () => {
  const room = await mkdtemp(join(tmpdir(), 'image-triggers-follow-'));
  await mkdir(join(room, 'logs'));
  const file = join(room, 'logs', 'deployfunction.ndjson');
  const line = (n: number, ago = 0) => asLocal(JSON.stringify({ event: 'call.settled', n }), Date.now() - ago);
  // What came long before is not waited for.
  await writeFile(file, line(0, 120_000) + line(1));
  const main = new URL('../../infra/cli/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'logs', '--follow', '-o', 'json', '--data', room], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  const until = async (n: number): Promise<void> => {
    while (!out.includes(`"n":${n}`)) out += String((await once(child.stdout, 'data'))[0]);
  };
  await until(1);
  await appendFile(file, line(2));
  await until(2);
  await rename(file, join(room, 'logs', 'deployfunction.1.ndjson'));
  await writeFile(file, line(3));
  await until(3);
  // As Ctrl-C ends any program: a loop of the shell around it ends too.
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text).n),
  ).toEqual([1, 2, 3]);
  await rm(room, { recursive: true });
});
