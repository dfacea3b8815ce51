/** `apply`, `diff` and `export` as they are typed. */

import { ulid } from 'ulid';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { START } from '../api/api.ts';
import { type CommandLine, startCommandLine } from './command-line.ts';
import { application, type Folder, hook, makeFolder, trigger } from './declared.ts';

let cli: CommandLine;
let folder: Folder;
const opened: (() => Promise<void>)[] = [];
beforeEach(async () => {
  cli = await startCommandLine();
  folder = await makeFolder();
  opened.push(cli.stop, folder.remove);
});
afterAll(async () => {
  for (const close of opened) await close();
});

const names = async (args: string) =>
  (await cli.run(args)).out
    .trim()
    .split('\n')
    .filter((line) => line !== '');
const whole = [trigger('release', 'rule: {mode: expression, expression: release-v.*}\n'), application('web', 'policy:\n  quietSeconds: 5\n'), hook('hub')];

test('applied in the order in which they can be made; the URL is shown this once; then nothing differs', async () => {
  const path = await folder.write('all.yaml', ...whole);
  const seen = await cli.run(`diff -f ${path}`);
  expect(seen.code).toBe(1);
  expect(seen.out).toBe(`+ hook/hub
    registry: "generic"
    registryHost: "r.example"
+ application/web
    policy: {"quietSeconds":5}
    target: {"kind":"http","url":"https://web.example/deploy"}
+ trigger/release
    application: "web"
    hook: "hub"
    repository: "r.example/shop/web"
    rule: {"mode":"expression","expression":"release-v.*"}
3 to create; 0 unchanged
`);
  const made = await cli.ok(`apply -f ${path}`);
  expect(made.out).toMatch(/^hook\/hub created {2}https:\/\/hooks\.example\/hooks\/it_hub_\w+\napplication\/web created\ntrigger\/release created\n$/);
  expect(made.err).toContain('hook guide NAME');
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0, out: '3 unchanged\n' });
  const again = await cli.ok(`apply -f ${path}`);
  expect(again.out).toBe('');
  expect(again.err).toBe('3 unchanged.\n');
});

test('trigger URLs are made, each shown this once, and end when the file has them no more, which is asked', async () => {
  const file = (urls: string) => folder.write('urls.yaml', application('web', urls));
  const url = (label: string) =>
    new RegExp(`^trigger-url/web/(url-\\w{26}) created for ${label} {2}https://hooks\\.example/hook/trigger\\?token=it_\\S+$`, 'm');
  const two = 'triggerUrls:\n  - label: ci\n  - {label: jenkins, get: true, registryHost: R.example}\n';
  const path = await file(two);
  const made = await cli.ok(`apply -f ${path}`);
  expect(made.out.split('\n')[0]).toBe('application/web created');
  const ids = ['ci', 'jenkins'].map((label) => url(label).exec(made.out)?.[1] ?? label);
  expect(made.err).toContain('A URL is a secret and is shown this once.');
  expect(made.err).not.toContain('hook guide');
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0, out: '1 unchanged\n' });
  const { out: list } = await cli.ok('application trigger-url list web');
  for (const line of [/^ID +GIVEN TO +GET/, / ci +no /, / jenkins +yes +r\.example /]) expect(list).toMatch(line);
  expect((await cli.ok('export application')).out).toContain('triggerUrls:\n  - label: jenkins\n    get: true\n    registryHost: r.example\n  - label: ci\n');

  // Without the field they stay.
  expect(await cli.run(`diff -f ${await file('')}`)).toMatchObject({ code: 0 });
  const one = await file('triggerUrls:\n  - {label: ci, get: true}\n');
  const seen = await cli.run(`diff -f ${one}`);
  expect(seen).toMatchObject({ code: 1, out: expect.stringContaining(`(the trigger URL ${ids[0]} of ci ends)`) });
  expect(seen.out).toContain(`(the trigger URL ${ids[1]} of jenkins ends)`);
  expect(await cli.run(`apply -f ${one}`)).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
  const changed = await cli.ok(`apply -f ${one} --yes`);
  expect(changed.out).toMatch(url('ci'));
  for (const id of ids) expect(changed.out).toContain(`trigger-url/web/${id} deleted`);
  expect((await cli.ok('application trigger-url list web')).out.trim().split('\n')).toHaveLength(2);
  await cli.ok(`apply -f ${await file('triggerUrls: []\n')} --yes`);
  expect((await cli.run('application trigger-url list web -o name')).out).toBe('');
});

test('a path alone, where the hook names no registry, is left to the API, and is then the same', async () => {
  const own = (registry: string, repository: string) => [
    hook(registry).replace('generic', registry).replace('registryHost: r.example\n', ''),
    trigger(registry)
      .replace('hook: hub', `hook: ${registry}`)
      .replace(/repository: .*/, `repository: ${repository}`),
  ];
  const path = await folder.write('bare.yaml', application('web'), ...own('ghcr', 'Acme/web'), ...own('dockerhub', 'redis'));
  expect((await cli.run(`diff -f ${path}`)).out).toContain('repository: "Acme/web"');
  await cli.ok(`apply -f ${path}`);
  expect((await cli.ok('trigger list -o wide')).out).toMatch(/ docker\.io\/library\/redis .*\n.* ghcr\.io\/acme\/web /s);
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0, out: '5 unchanged\n' });
});

test('a change is said field by field, and a field that is left out is taken away', async () => {
  await cli.ok(`apply -f ${await folder.write('all.yaml', ...whole)}`);
  const path = await folder.write(
    'all.yaml',
    trigger('release', 'rule: {mode: tags, tags: [v1]}\nenabled: false\n'),
    application('web', 'parameters: {a: b}\n'),
    hook('hub'),
  );
  const seen = await cli.run(`diff -f ${path}`);
  expect(seen).toMatchObject({ code: 1, err: expect.stringContaining('Next: image-triggers apply') });
  expect(seen.out).toBe(`~ application/web
    parameters: (none) -> {"a":"b"}
    policy.quietSeconds: 5 -> (none)
~ trigger/release
    enabled: true -> false
    rule.expression: "release-v.*" -> (none)
    rule.mode: "expression" -> "tags"
    rule.tags: (none) -> ["v1"]
2 to change; 1 unchanged
`);
  expect(JSON.parse((await cli.run(`diff -f ${path} -o json`)).out)).toMatchObject({
    items: [
      {
        id: 'application/web',
        action: 'update',
        place: { file: path, line: 10, column: 1 },
        fields: [
          { field: 'parameters', to: { a: 'b' } },
          { field: 'policy.quietSeconds', from: 5 },
        ],
      },
      { id: 'trigger/release' },
    ],
    unchanged: 1,
  });
  expect((await cli.ok(`apply -f ${path} --dry-run`)).out).toBe(seen.out);
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 1 });
  expect((await cli.ok(`apply -f ${path} -o json`)).out).toContain('"did": "changed"');
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0 });
});

test('a trigger of another repository is made again, also where its hook moves to another host', async () => {
  await cli.ok(`apply -f ${await folder.write('all.yaml', ...whole)}`);
  const moved = (text: string) => text.replaceAll('r.example', 's.example');
  const path = await folder.write('all.yaml', ...whole.map(moved));
  expect((await cli.run(`diff -f ${path}`)).out).toMatch(
    /^~ hook\/hub\n.*\n-\/\+ trigger\/release\n {4}repository: "r\.example\/shop\/web" -> "s\.example\/shop\/web"\n/,
  );
  expect((await cli.ok(`apply -f ${path}`)).out).toBe('hook/hub changed\ntrigger/release replaced\n');
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0 });
});

test('a trigger that goes on to another hook leaves its own before that moves to another host', async () => {
  await cli.ok(`apply -f ${await folder.write('all.yaml', ...whole)}`);
  const moved = hook('hub').replace('r.example', 's.example');
  const path = await folder.write('all.yaml', trigger('release').replace('hook: hub', 'hook: next'), application('web'), moved, hook('next'));
  expect((await cli.ok(`apply -f ${path}`)).out).toMatch(
    /^hook\/hub changed\nhook\/next created {2}\S+\napplication\/web changed\ntrigger\/release replaced\n$/,
  );
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0 });
});

describe('--prune', () => {
  test('deletes what no file has, of the kinds that files have, after asking; never ecr', async () => {
    await cli.ok(`apply -f ${await folder.write('all.yaml', ...whole, trigger('old'), hook('spare'))}`);
    const path = await folder.write('all.yaml', whole[0] ?? '', hook('hub'));
    expect(await cli.run(`apply -f ${path} --prune`)).toMatchObject({ code: 2, err: expect.stringContaining('give --yes') });
    const declined = await cli.run(`apply -f ${path} --prune`, { answer: 'n' });
    expect(declined).toMatchObject({ code: 1, out: '', err: expect.stringContaining('nothing was done') });
    expect(declined.err).toContain('This deletes trigger/old, hook/spare. Go on?');
    expect((await cli.ok(`apply -f ${path} --prune --yes`)).out).toBe('trigger/old deleted\nhook/spare deleted\n');
    expect(await names('trigger list -o name')).toEqual(['release']);
    expect(await names('hook list -o name')).toEqual(['hub', 'ecr']);
    // No file has an application, so nothing is said about them.
    expect(await names('application list -o name')).toEqual(['web']);
    expect(await cli.run(`diff -f ${path} --prune`)).toMatchObject({ code: 0 });
  });

  test('refused before anything is done where a trigger would be left without what it names', async () => {
    await cli.ok(`apply -f ${await folder.write('all.yaml', ...whole)}`);
    const path = await folder.write('all.yaml', application('other'), hook('hub'));
    const refused = await cli.run(`apply -f ${path} --prune --yes`);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toContain(`${path}:1:1: --prune would delete the application web, which no file has, but the trigger release`);
    const named = await folder.write('all.yaml', trigger('release'), application('other'), hook('hub'));
    expect((await cli.run(`apply -f ${named} --prune --yes`)).err).toContain(
      `${named}:6:14: application: the application web is in no file, and --prune would delete it`,
    );
    expect(await names('application list -o name')).toEqual(['web']);
  });
});

test('what the API refuses is said with its place, what was done stays, and is finished by doing it again', async () => {
  const path = await folder.write('all.yaml', ...whole, application('api').replace('https://web', 'https://10.0.0.1'));
  const broken = await folder.write('all.yaml', hook('hub'), application('web').replace("'https://web.example/deploy'", 'nonsense'), trigger('release'));
  const refused = await cli.run(`apply -f ${broken}`);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain(`error: ${path}:7:1: application/web: target.url: `);
  expect(refused.out).toMatch(/^hook\/hub created {2}https:\S+\n$/);
  await folder.write('all.yaml', ...whole);
  expect((await cli.ok(`apply -f ${path}`)).out).toBe('application/web created\ntrigger/release created\n');
});

test('a credential: no secret is in a file, so deliveries are refused until it is set', async () => {
  const path = await folder.write('all.yaml', hook('hub', 'credential: {by: header, name: X-Token}\n'));
  const made = await cli.ok(`apply -f ${path}`);
  expect(made.err).toContain(
    'hook/hub refuses its deliveries until its secret is set: image-triggers hook update hub --credential header:X-Token --credential-file FILE',
  );
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0 });
  await cli.ok('hook update hub --credential header:X-Token --credential-file -', { stdin: 'a-secret-of-ours' });
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0 });
  const exported = (await cli.ok('export')).out;
  expect(exported).toContain('credential:\n  by: header\n  name: x-token\n');
  expect(exported).not.toContain('secret');
  // Another kind of proof ends the secret that was set.
  await folder.write('all.yaml', hook('hub', 'credential: {by: basic}\n'));
  expect(await cli.run(`apply -f ${path}`)).toMatchObject({ code: 2 });
  expect((await cli.ok(`apply -f ${path} --yes`)).err).toContain('--credential basic:USER');
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0 });
});

test('names that follow from a host are no difference; those that were given are', async () => {
  const acr = (more = '') => hook('hub', more).replace('generic', 'alibaba-acr').replace('r.example', 'shop-registry.cn-beijing.cr.aliyuncs.com');
  const path = await folder.write('all.yaml', acr());
  await cli.ok(`apply -f ${path}`);
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0 });
  await folder.write('all.yaml', acr('hostAliases: [b.example, A.example]\n'));
  await cli.ok(`apply -f ${path}`);
  expect((await cli.ok('export')).out).toContain('hostAliases:\n  - a.example\n  - b.example\n');
  await folder.write('all.yaml', acr());
  expect((await cli.run(`diff -f ${path}`)).out).toContain('hostAliases: ["a.example","b.example"] -> []');
});

test('a template: a new version only where the text differs, and never another image', async () => {
  const text = (tag: string, more = '') =>
    `kind: Deployment # ours\nspec: {template: {spec: {containers: [{name: web, image: "r.example/shop/web:${tag}"}]}}}\n${more}`;
  const path = await folder.write('all.yaml', application('web', 'template: ./templates/web.yaml\n'));
  await folder.write('templates/web.yaml', text('v1'));
  // In the folder it is a template, since it is named as one.
  expect((await cli.ok(`apply -f ${folder.path}`)).out).toBe('application/web created\n');
  expect(await cli.run(`diff -f ${folder.path}`)).toMatchObject({ code: 0 });
  await cli.api.ports.templates.put('web', { version: 2, text: text('v2'), at: START, callId: `${ulid(START)}.release`, rev: 1 });
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0 });
  await folder.write('templates/web.yaml', text('v1', 'metadata: {name: web}\n'));
  expect((await cli.run(`diff -f ${path}`)).out).toMatch(/~ application\/web\n {4}template:\n {6}@@ .* @@\n[\s\S]*\n {6}\+metadata: \{name: web\}\n/);
  await cli.ok(`apply -f ${path}`);
  expect((await cli.ok('application template get web')).out).toBe(text('v2', 'metadata: {name: web}\n'));
  expect((await cli.ok('application template versions web -o name')).out).toBe('3\n2\n1\n');
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0 });
});

test('the hook ecr is heard, and in no file', async () => {
  const path = await folder.write('all.yaml', application('web'), trigger('a').replace('hub', 'ecr').replace('r.example/', ''));
  await cli.ok(`apply -f ${path}`);
  expect(await cli.run(`diff -f ${path}`)).toMatchObject({ code: 0 });
  expect((await cli.ok('export -o name')).out).toBe('application/web\ntrigger/a\n');
  const exported = await cli.ok('export');
  expect(exported.out).toContain('repository: 123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web\n');
  expect(await cli.run('diff -f -', { stdin: exported.out })).toMatchObject({ code: 0 });
});

test('export: all, or what is named; its first line names the schema', async () => {
  await cli.ok(`apply -f ${await folder.write('all.yaml', ...whole)}`);
  const { out } = await cli.ok('export');
  expect(out.split('\n')[0]).toBe('# yaml-language-server: $schema=image-triggers.schema.json');
  expect((await cli.ok('export trigger/release web -o name')).out).toBe('application/web\ntrigger/release\n');
  expect((await cli.ok('export trigger -o name')).out).toBe('trigger/release\n');
  expect(await cli.run('export trigger/web')).toMatchObject({ code: 2, err: expect.stringContaining('nothing here is named "trigger/web"') });
  expect((await cli.run('diff -f -', { stdin: (await cli.ok('export -o json')).out })).code).toBe(0);
  const schema = JSON.parse((await cli.ok('schema')).out);
  expect((await cli.api.ask('GET', '/v1/schema.json')).body).toEqual(schema);
});

test('diff says 2 where it cannot say', async () => {
  const path = await folder.write('all.yaml', hook('hub'));
  expect(await cli.run(`diff -f ${path} --data ${folder.path}`)).toMatchObject({ code: 2, err: expect.stringContaining('no local engine runs') });
  expect(await cli.run('diff')).toMatchObject({ code: 2 });
});

/** Something that happens while `apply` asks whether to go on. */
const whileAsked = (args: string, happens: () => Promise<unknown>) => cli.run(args, { answer: () => happens().then(() => 'y') });

test('what somebody else changed meanwhile is not changed over, nor deleted', async () => {
  const path = await folder.write('all.yaml', ...whole, trigger('old'));
  await cli.ok(`apply -f ${path}`);
  await folder.write('all.yaml', ...whole);
  cli.api.clock.now += 1;
  const refused = await whileAsked(`apply -f ${path} --prune`, () => cli.ok('trigger update old --tag v1'));
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('trigger/old: it was changed since this was planned') });
  expect(await names('trigger list -o name')).toEqual(['old', 'release']);
  expect((await cli.ok(`apply -f ${path} --prune --yes`)).out).toBe('trigger/old deleted\n');
});

test('a template that a push has changed meanwhile is not put over it', async () => {
  const text = (tag: string) => `image: "r.example/shop/web:${tag}"`;
  const path = await folder.write('all.yaml', application('web', `template: {text: '${text('v1')}'}\n`), hook('hub', 'credential: {by: header}\n'));
  await cli.ok(`apply -f ${path}`);
  await folder.write('all.yaml', application('web', `template: {text: '${text('v1')} # ours'}\n`), hook('hub', 'credential: {by: basic}\n'));
  const version = { version: 2, text: text('v2'), at: START, callId: `${ulid(START)}.release`, rev: 1 };
  const refused = await whileAsked(`apply -f ${path}`, () => cli.api.ports.templates.put('web', version));
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('is at version 2 and not at 1') });
  await cli.ok(`apply -f ${path} --yes`);
  expect((await cli.ok('application template get web')).out).toBe(`${text('v2')} # ours`);
});
