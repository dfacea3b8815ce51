/** What holds for every command, whichever there are. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen, runCommand } from './command-line.ts';
import { treeOf, wordsOf } from './command-tree.ts';

const { leaves, nouns } = treeOf();
const paths = leaves.map(({ path }) => path);

/** They read, or ask for nothing; all others change something. */
const READING = [
  ...['application', 'trigger', 'hook', 'call'].flatMap((noun) => [`${noun} list`, `${noun} show`]),
  ...['get', 'show', 'versions', 'diff'].map((verb) => `application template ${verb}`),
  'application grant',
  'application trigger-url list',
  'completion',
  'dead-letters list',
  'diff',
  'doctor',
  'explain',
  'hook deliveries',
  'export',
  'logs',
  'schema',
];
/** They ask more than the API, or say what it said. */
const INSIDE = ['dead-letters list', 'dead-letters redrive', 'doctor', 'logs'];
const APPLICATION = JSON.stringify({ apiVersion: 'image-triggers/v1', kind: 'Application', name: 'web', target: { kind: 'http', url: 'https://web.example' } });

/** An engine to which everything is asked wrongly. */
const refusing = { data: '', stop: (): void => undefined };
beforeAll(async () => {
  const body = JSON.stringify({ code: 'invalid-fields', detail: 'not like this', errors: [{ field: 'x', why: 'not like this' }] });
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(422, { 'content-type': 'application/problem+json', 'x-image-triggers': 'v1' }).end(body);
  });
  const url = await listen(server);
  refusing.data = await mkdtemp(join(tmpdir(), 'image-triggers-refusing-'));
  await writeFile(join(refusing.data, 'endpoint.json'), JSON.stringify({ url, token: 'x', pid: 1 }));
  refusing.stop = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterAll(() => refusing.stop());

/** They need no engine. */
const ALONE = ['completion', 'import acr', 'push send', 'schema'];

test('the walk finds commands of each depth', () => {
  expect(paths).toEqual(expect.arrayContaining(['explain', 'hook create', 'application trigger-url delete']));
  expect(READING.filter((path) => !paths.includes(path))).toEqual([]);
});

describe.each(leaves)('$path', ({ path, command, examples }) => {
  test('says what it does, and how it is typed', () => {
    expect(command.description()).not.toBe('');
    expect(examples).not.toEqual([]);
    for (const example of examples) expect(`${example} `).toContain(`${path} `);
    for (const option of command.options) expect(option.description, option.flags).not.toBe('');
  });

  test.each(examples)('parses: %s', async (example) => {
    const { program, leaves: fresh } = treeOf();
    const ran: string[] = [];
    for (const leaf of fresh) leaf.command.action(() => void ran.push(leaf.path));
    for (const part of example.split(' | image-triggers ')) await program.parseAsync([...wordsOf(part)], { from: 'user' });
    expect(ran).toContain(path);
  });

  test('asked wrongly it ends with 2, says why on stderr alone, and does nothing', async () => {
    const { registeredArguments: takes } = command;
    const wrong = [`${path} --no-such-flag`, ...(takes.some(({ variadic }) => variadic) ? [] : [`${path} ${'x '.repeat(takes.length + 1)}`])];
    const needed = takes.some(({ required }) => required) || command.options.some(({ mandatory }) => mandatory);
    for (const args of [...wrong, ...(needed ? [path] : [])])
      expect(await runCommand(args, { env: { IMAGE_TRIGGERS_DATA: '/nowhere' } }), args).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringMatching(/^error: /),
      });
  });

  test.skipIf(ALONE.includes(path))('without an engine it ends with 1, and says how one is started and how a stack is named', async () => {
    const nowhere = await mkdtemp(join(tmpdir(), 'image-triggers-nowhere-'));
    const [example = ''] = examples.filter((each) => !each.includes('--stack'));
    const words = wordsOf(example).map((word) => `'${/\.(?:txt|json|ya?ml)$/.test(word) ? '-' : word}'`);
    const ran = await runCommand([...words, '--yes'].slice(0, asks(path) ? undefined : -1).join(' '), {
      stdin: '{}',
      env: { IMAGE_TRIGGERS_DATA: nowhere },
    });
    // To "diff", 1 means that something differs.
    expect(ran).toMatchObject({ code: path === 'diff' ? 2 : 1, out: '', err: expect.stringMatching(/--data DIR.*--stack NAME/) });
  });

  test.skipIf(ALONE.includes(path) || INSIDE.includes(path))('what the API takes for asked wrongly ends with 2 as well', async () => {
    const [example = ''] = examples.filter((each) => !each.includes('--stack'));
    const words = wordsOf(example).map((word) => `'${/\.(?:txt|json|ya?ml)$/.test(word) ? '-' : word}'`);
    const ran = await runCommand([...words, ...(asks(path) ? ['--yes'] : [])].join(' '), { stdin: APPLICATION, env: { IMAGE_TRIGGERS_DATA: refusing.data } });
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining('not like this') });
  });

  test('changes nothing with --dry-run, where it changes anything', () => {
    expect(command.options.some(({ long }) => long === '--dry-run')).toBe(!READING.includes(path));
  });

  test('takes no secret as an argument', () => {
    for (const { long, flags } of command.options)
      if (/secret|token|password|credential/.test(long ?? '') && /[<[]/.test(flags)) expect(flags).toMatch(/<(?:file|reference|kind|email)>$/);
  });
});

const asks = (path: string): boolean => leaves.some((leaf) => leaf.path === path && leaf.command.options.some(({ long }) => long === '--yes'));

test('what deletes or ends something asks first', () => {
  expect(paths.filter((path) => /(?:delete|rotate|rotate-credential)$/.test(path) && !asks(path))).toEqual([]);
});

test.each(nouns.filter(({ path }) => path !== ''))('$path alone shows its help, and ends with 2', async ({ path, examples }) => {
  expect(examples).not.toEqual([]);
  expect(await runCommand(path, {})).toMatchObject({ code: 2, out: '', err: expect.stringContaining(`Usage: image-triggers ${path}`) });
});

test('image-triggers alone shows its help, with the groups in the order of use', async () => {
  const { code, out, err } = await runCommand('', {});
  expect([code, err]).toEqual([0, '']);
  const order = [
    'What deploys where:',
    '  application',
    '  trigger',
    '  hook',
    'As files:',
    '  apply',
    'What happened, and why:',
    '  call',
    'Around it:',
    '  completion',
    'Examples:',
  ];
  const places = order.map((heading) => out.indexOf(`\n${heading}`));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test.each([
  ['hok list', 'Did you mean hook?'],
  ['hook lst', 'Did you mean list?'],
  ['hook list --limt 3', 'Did you mean --limit?'],
])('%s: what is near', async (args, near) => {
  expect(await runCommand(args, {})).toMatchObject({ code: 2, out: '', err: expect.stringContaining(near) });
});
