/** What files may hold, and where a file is wrong. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandLine, startCommandLine } from './command-line.ts';
import { application, type Folder, hook, makeFolder, trigger } from './declared.ts';

let cli: CommandLine;
let folder: Folder;
beforeAll(async () => {
  cli = await startCommandLine();
  folder = await makeFolder();
});
afterAll(async () => {
  await cli.stop();
  await folder.remove();
});

/** What is said of one file by its place; `FILE` stands for its path. */
const problemOf = async (text: string): Promise<string> => {
  const path = await folder.write('wrong.yaml', text);
  const { code, out, err } = await cli.run(`apply -f ${path}`);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  return err.replaceAll(path, 'FILE');
};

describe('what is wrong is said with file, line and column', () => {
  const whole = `${hook('hub')}---\n${application('web')}---\n`;
  test.each([
    ['no YAML', 'a: [1\nb: 2\n', 'FILE:2:1: this is no YAML'],
    ['no definition', 'just text\n', 'FILE:1:1: this is no definition'],
    ['no apiVersion', 'kind: Hook\n', 'FILE:1:1: apiVersion is missing: write  apiVersion: image-triggers/v1'],
    ['another apiVersion', 'kind: Deployment\napiVersion: apps/v1\n', 'FILE:2:13: apiVersion is "apps/v1"'],
    ['another kind', 'apiVersion: image-triggers/v1\nkind: Secret\n', 'FILE:2:7: kind is "Secret": write one of Hook, Application, Trigger'],
    ['an unknown field', hook('hub', 'colour: red\n'), 'FILE:6:1: colour: there is no such field here'],
    ['an unknown field, deep', application('web', 'policy:\n  quiet: 5\n'), 'FILE:6:3: policy.quiet: there is no such field here'],
    ['a wrong type', trigger('a', 'rule: {mode: tags, tags: [latest, 1.0]}\n'), 'FILE:7:35: rule.tags[1]: 1 is not allowed: give text, in quotes'],
    ['a missing field', 'apiVersion: image-triggers/v1\nkind: Trigger\nname: a\nhook: hub\napplication: web\n', 'FILE:1:1: repository: it is missing'],
    ['a wrong name', hook('Hub'), 'FILE:3:7: name: "Hub" is not allowed'],
    [
      'a rule that does not compile',
      trigger('a', 'rule:\n  mode: expression\n  expression: (?=x)\n'),
      'FILE:8:3: rule: the expression "(?=x)" uses a look-ahead',
    ],
    ['an unknown hook', `${whole}${trigger('a').replace('hub', 'nobody')}`, 'FILE:15:7: hook: no hook is named nobody, neither in these files nor by the API'],

    ['an unknown application', `${whole}${trigger('a').replace(': web', ': nobody')}`, 'FILE:17:14: application: no application is named nobody'],
    ['a name given twice', `${whole}${hook('hub')}`, 'FILE:14:7: the hook hub is defined at FILE:1:1 already'],
    ['a secret', hook('hub', 'credential: {by: header, value: canary-of-a-secret}\n'), 'FILE:6:26: credential.value: no secret stands in a file'],
    ['a hook within a trigger', trigger('a', 'registry: harbor\n'), 'FILE:7:1: registry: it belongs to the hook: write a document of kind Hook'],
    ['the hook of the stack', hook('ecr'), 'FILE:3:7: name: "ecr" is not allowed: the hook "ecr" is there already'],
    ['the id of a trigger URL', application('web', 'triggerUrls:\n  - {label: ci, id: url-x}\n'), 'FILE:6:17: triggerUrls[0].id: neither is chosen in a file'],
    ['a template that is not there', application('web', 'template: ./nowhere.yaml\n'), 'FILE:5:11: template: '],
    [
      'a template beside git',
      application('web', 'template: {text: "a: 1"}\nsource: {git: "https://git.example/a.git"}\n'),
      'FILE:5:11: template: an application whose source',
    ],
  ])('%s', async (_, text, said) => {
    const problem = await problemOf(text);
    expect(problem).toContain(said);
    expect(problem).not.toContain('canary');
  });

  test('what is no YAML once, at its beginning', async () => {
    expect((await problemOf(`$ export\n${hook('hub')}`)).split('\n')).toHaveLength(2);
  });

  test('everything at once, also of several files; nothing was done', async () => {
    await folder.write('many/a.yaml', hook('hub', 'colour: red\n'));
    await folder.write('many/deep/b.yml', trigger('a', 'x: 1\ny: 2\n'));
    await folder.write('many/.hidden.yaml', 'nonsense');
    const { err, code } = await cli.run(`diff -f ${folder.path}/many`);
    expect(code).toBe(2);
    expect(err.split('\n').map((line) => line.trim().replaceAll(folder.path, ''))).toEqual([
      'error: the files cannot be used:',
      expect.stringMatching(/^\/many\/a\.yaml:6:1: colour: /),
      expect.stringMatching(/^\/many\/deep\/b\.yml:7:1: x: /),
      expect.stringMatching(/^\/many\/deep\/b\.yml:8:1: y: /),
      '',
    ]);
    expect((await cli.ok('hook list -o name')).out).toBe('ecr\n');
  });
});

describe('YAML that could mean something else, or grow, is refused by its name', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'.replace(/./g, (at) => `${at}: &${at} [${'*'.concat(String.fromCharCode(at.charCodeAt(0) - 1), ',').repeat(9)}]\n`)}`;
  test.each([
    ['aliases', bomb, 'the alias *a stands for something written elsewhere'],
    ['a tag', hook('hub', 'enabled: !!bool "true"\n'), 'FILE:6:17: the tag "tag:yaml.org,2002:bool" is not taken'],
    ['a tag of nobody', hook('hub', 'enabled: !js/function x\n'), 'the tag "!js/function" is not taken'],
    ['merge keys', hook('hub', '<<: {enabled: false}\n'), 'FILE:6:1: merge keys (<<) are not taken'],
    ['a field given twice', hook('hub', 'registry: zot\n'), 'FILE:6:1: the field "registry" is given twice'],
    ['__proto__', hook('hub', '__proto__: {enabled: false}\n'), 'FILE:6:1: a field cannot have the name __proto__'],
    ['a name that is no text', hook('hub', '1: x\n'), 'FILE:6:1: this name of a field is no text'],
    ['a name that is a list', hook('hub', '? [a, b]\n: x\n'), 'this name of a field is no text'],
    [
      'a number too large',
      application('web', 'policy: {quietSeconds: 12345678901234567890}\n'),
      'FILE:5:24: the number "12345678901234567890" cannot be kept as it is',
    ],
    ['no number', application('web', 'policy: {quietSeconds: .inf}\n'), 'the number ".inf" cannot be kept as it is'],
    ['too deep', `a: ${'['.repeat(40)}${']'.repeat(40)}\n`, 'it is nested too deeply: at most 32 levels'],
    ['as deep as the library goes', '['.repeat(300_000), 'it is nested too deeply'],
    ['too large', `a: ${'x'.repeat(2_000_001)}`, 'characters: at most 2000000 are read'],
    ['another version', `%YAML 1.1\n---\n${hook('hub', 'enabled: yes\n')}`, '%YAML 1.1 reads texts such as "yes" in another way'],
    ['many documents', '---\na\n'.repeat(5_001), 'documents: at most 5000 are read'],
  ])('%s', async (_, text, said) => expect(await problemOf(text)).toContain(said));

  test('a hundred thousand fields take no time', async () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `k${i}: 1\n`).join('');
    // Of the process, which others may keep waiting.
    const started = process.cpuUsage();
    expect(await problemOf(text)).toContain('apiVersion is missing');
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(10_000);
  });
});

describe('ways to give files', () => {
  const small = `${hook('hub')}---\n${application('web')}`;
  const named = async (args: string, stdin = '') => (await cli.run(`diff ${args} -o name`, { stdin })).out;
  test('standard input, a byte order mark, CRLF, empty documents, a list of JSON', async () => {
    expect(await named('-f -', `\ufeff---\n# nothing\n---\n${small.replaceAll('\n', '\r\n')}---\n`)).toBe('hook/hub\napplication/web\n');
    expect(await named('-f -', JSON.stringify([{ apiVersion: 'image-triggers/v1', kind: 'Hook', name: 'hub', registry: 'ghcr' }], null, '\t'))).toBe(
      'hook/hub\n',
    );
  });

  test('a file that is in a folder given too is read once', async () => {
    const path = await folder.write('ways/a.yaml', small);
    await folder.write('ways/README.md', 'not read');
    expect(await named(`-f ${folder.path}/ways -f ${path}`)).toBe('hook/hub\napplication/web\n');
  });

  test('nothing there', async () => {
    await folder.write('none/x.txt', '');
    expect(await cli.run(`diff -f ${folder.path}/none`)).toMatchObject({ code: 2, err: expect.stringContaining('holds no file that ends in .yaml') });
    expect(await cli.run(`diff -f ${folder.path}/nowhere`)).toMatchObject({ code: 2, err: expect.stringContaining('cannot be read') });
    expect(await cli.run('apply -f - --prune', { stdin: '# nothing\n' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('the files hold no definition'),
    });
  });
});
