/** `-o`, `--limit`, colours. */
import { stripVTControlCharacters, styleText } from 'node:util';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FINAL, OPEN } from '../../functions/core/call.ts';
import { START } from '../api/api.ts';
import { type CommandLine, startCommandLine } from './command-line.ts';

const STATUSES = [...OPEN, ...FINAL];
/** What a tag may not bring onto a terminal: an escape, a C1 control, a turn of the direction. */
const STEERING = 'v1\u001b[31m\u009b0m\u202e';

let cli: CommandLine;
let ok: CommandLine['ok'];
const ids: string[] = [];
beforeAll(async () => {
  cli = await startCommandLine();
  ({ ok } = cli);
  for (const name of ['api', 'web']) await ok(`application create ${name} --http https://${name}.example/deploy --max-per-hour 3`);
  for (const name of ['docker', 'hub']) await ok(`hook create ${name} --registry generic --registry-host r.example --only team/*`);
  for (const name of ['latest', 'release']) await ok(`trigger create ${name} --hook hub --repository team/${name} --application web`);
  for (const _ of ['first', 'second']) await ok('application trigger-url create web');
  for (const [i, status] of STATUSES.entries()) {
    const id = `${ulid(START + i)}.release`;
    ids.unshift(id);
    await cli.api.calls.put({
      ...{
        id,
        trigger: 'release',
        application: 'web',
        hook: 'hub',
        repository: 'r.example/team/release',
        order: `1#${i}`,
        receivedAt: START,
        decidedAt: START,
      },
      tag: STEERING,
      // Nothing but this would have YAML put it between quotes.
      actor: 'kim\u202e',
      status,
    });
  }
});
afterAll(() => cli.stop());

const LISTS = ['application list', 'hook list', 'trigger list', 'application trigger-url list web', 'call list'];
const ITEMS = ['application show web', 'hook show hub', 'trigger show release', 'application update web --quiet-seconds 1', 'hook disable docker'];

describe.each([...LISTS, ...ITEMS])('%s', (args) => {
  test('YAML says what JSON says; neither can steer a terminal', async () => {
    const [json, yaml] = [await ok(`${args} -o json`), await ok(`${args} -o yaml`)];
    expect(JSON.parse(json.out)).toEqual({ ...parse(yaml.out), ...updated(JSON.parse(json.out)) });
    for (const { out, err } of [json, yaml]) {
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(err).toBe('');
    }
  });

  test('as names it is one line each, which another command takes', async () => {
    const { out, err } = await ok(`${args} -o name`);
    expect(err).toBe('');
    for (const name of out.trim().split('\n')) expect(name).toMatch(/^\S+$/);
  });
});

/** The time of a change differs from one change to the next. */
const updated = ({ updatedAt }: { updatedAt?: string }) => (updatedAt === undefined ? {} : { updatedAt });

test('a list as JSON and YAML is an object with items', async () => {
  for (const args of LISTS) expect(Object.keys(parse((await ok(`${args} -o yaml`)).out))[0], args).toBe('items');
  expect((await ok('call list --status queued --trigger latest -o yaml')).out).toBe('items: []\n');
});

test('names of a list are what show takes', async () => {
  for (const [list, show] of Object.entries({ 'application list': 'application show', 'trigger list': 'trigger show', 'call list': 'call show' }))
    for (const name of (await ok(`${list} -o name`)).out.trim().split('\n')) await ok(`${show} ${name}`);
});

describe('wide', () => {
  test.each(LISTS.filter((args) => args !== 'call list' && !args.includes('trigger-url')))(
    '%s: begins as the table does, and has more columns',
    async (args) => {
      const [table, wide] = [(await ok(args)).out.split('\n'), (await ok(`${args} -o wide`, { columns: 40 })).out.split('\n')];
      expect(wide[0]?.startsWith(table[0] ?? '?')).toBe(true);
      expect(wide[0]?.length).toBeGreaterThan(table[0]?.length ?? 0);
      expect(wide.join('')).not.toContain('…');
    },
  );

  test('of a single item it is what the table is, with the hints', async () => {
    expect(await ok('application show web -o wide')).toEqual(await ok('application show web'));
    expect((await ok('application enable web -o wide')).err).toContain('Next:');
  });
});

describe('--limit', () => {
  test.each(LISTS)('%s', async (args) => {
    const all = (await ok(`${args} -o name`)).out.trim().split('\n');
    expect(all.length).toBeGreaterThan(1);
    expect((await ok(`${args} --limit 1 -o name`)).out.trim()).toBe(all[0]);
    expect((await ok(`${args} --limit ${all.length} -o name`)).out.trim().split('\n')).toEqual(all);
    expect(await cli.run(`${args} --limit 0`)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('at least 1') });
    expect(await cli.run(`${args} --limit x`)).toMatchObject({ code: 2, out: '' });
  });

  test('says when there are more', async () => {
    expect((await ok('trigger list --limit 1')).err).toContain('There are more');
    expect((await ok('trigger list --limit 2')).err).toBe('');
  });
});

describe('colours', () => {
  test('each status has one, on a terminal that has any, and lines keep their width', async () => {
    const [plain, colourful] = [await ok('call list --limit 50'), await ok('call list --limit 50', { colour: true })];
    expect(plain.out).not.toContain('\u001b');
    for (const status of STATUSES) expect(colourful.out).toContain(`m${status}\u001b[39m`);
    expect(stripVTControlCharacters(colourful.out)).toBe(plain.out);
    expect((await ok(`call show ${ids[0]}`, { colour: true })).out).toContain(styleText('magenta', 'unknown', { validateStream: false }));
  });

  test('never in what programs read', async () => {
    for (const format of ['json', 'yaml', 'name']) expect((await ok(`call list -o ${format}`, { colour: true })).out).not.toContain('\u001b');
  });
});
