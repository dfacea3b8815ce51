/** `import acr`: answers in, a file out. Shapes of the answers: facts of the API's documentation, above `answers.ts`. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, runCommand, startCommandLine } from './command-line.ts';
import { application } from './declared.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
});
afterAll(() => cli.stop());

const TOKEN_URL = 'https://cs.console.aliyun.com/hook/trigger?token=eyJcanary';
const one = (more: object) => ({
  TriggerId: 'crw-1',
  TriggerName: 'test_trigger',
  TriggerUrl: TOKEN_URL,
  TriggerType: 'ALL',
  TriggerTag: '*',
  RepoEvent: 'BUILD_SUCCESS',
  ...more,
});
const answer = (...triggers: readonly object[]) => JSON.stringify({ Code: 'success', IsSuccess: true, RequestId: 'A', Triggers: triggers }, null, 2);
const FLAGS = '--registry-host shop-registry.cn-beijing.cr.aliyuncs.com --application web';
/** Without any API: nothing is asked. */
const importing = (stdin: string, more = '--repository shop/web') => runCommand(`import acr ${FLAGS} ${more}`, { stdin });

test('every mode, applied as it is', async () => {
  const { code, out, err } = await importing(
    answer(
      one({}),
      one({ TriggerName: 'list', TriggerType: 'TAG_LIST', TriggerTag: ['latest', 1, 'latest'] }),
      one({ TriggerName: 'typo', TriggerType: 'TAG_LISTTAG', TriggerTag: '["v1","v2"]' }),
      one({ TriggerName: 'expression', TriggerType: 'TAG_REG_EXP', TriggerTag: 'release-(?<version>\\w*)' }),
      one({ TriggerName: 'star', TriggerType: 'TAG_REG_EXP', TriggerTag: '*' }),
    ),
  );
  expect(code).toBe(0);
  expect(out).toContain('kind: Hook\nname: acr\nregistry: alibaba-acr\nregistryHost: shop-registry.cn-beijing.cr.aliyuncs.com\n---\n');
  expect(out).toContain('name: test_trigger\nrepository: shop/web\napplication: web\nhook: acr\nrule:\n  mode: all\n');
  expect(out).toContain('name: list\nrepository: shop/web\napplication: web\nhook: acr\nrule:\n  mode: tags\n  tags:\n    - latest\n    - "1"\n');
  expect(out).toContain('  mode: tags\n  tags:\n    - v1\n    - v2\n');
  expect(out).toContain('  mode: expression\n  expression: release-(?<version>\\w*)\n');
  expect(err).toContain('"star": the expression * is the sample of the API and stands for every tag');
  expect(err).toContain('at cs.console.aliyun.com) is in no document');
  expect(out + err).not.toContain('canary');
  await cli.ok('apply -f -', { stdin: `${out}---\n${application('web')}` });
  expect((await cli.run('diff -f -', { stdin: out })).code).toBe(0);
});

test.each([
  ['a look-ahead', { TriggerType: 'TAG_REG_EXP', TriggerTag: 'v(?!1)' }, 'uses a negative look-ahead'],
  ['a back-reference', { TriggerType: 'TAG_REG_EXP', TriggerTag: '(a)\\1' }, 'uses a back-reference'],
  ['a possessive quantifier', { TriggerType: 'TAG_REG_EXP', TriggerTag: 'a*+b' }, 'uses a possessive quantifier'],
  ['a class of Java', { TriggerType: 'TAG_REG_EXP', TriggerTag: '\\p{Alpha}+' }, 'is not valid'],
  ['an intersection', { TriggerType: 'TAG_REG_EXP', TriggerTag: '[a-z&&[^x]]+' }, 'has an intersection of classes'],
  ['a class within a class', { TriggerType: 'TAG_REG_EXP', TriggerTag: '[[:alpha:]]+' }, 'has a class within a class'],
  ['no expression', { TriggerType: 'TAG_REG_EXP', TriggerTag: '' }, 'its expression is empty'],
  ['what is no tag', { TriggerType: 'TAG_LIST', TriggerTag: ['a b'] }, '"a b" is not a tag'],
  ['no tags', { TriggerType: 'TAG_LIST', TriggerTag: '[]' }, 'its list of tags is empty'],
  ['another mode', { TriggerType: 'TAG_NEWEST' }, 'its TriggerType is "TAG_NEWEST"'],
  ['a failed build', { RepoEvent: 'BUILD_Fail' }, 'it fires when a build fails'],
])('%s is named and left out', async (_, more, why) => {
  const { code, out, err } = await importing(answer(one({ TriggerName: 'good' }), one(more)));
  expect(code).toBe(1);
  expect(err).toContain(`not carried over: shop/web: "test_trigger": `);
  expect(err).toContain(why);
  expect(out.match(/^kind: .*$/gm)).toEqual(['kind: Hook', 'kind: Trigger']);
});

test('a repository without triggers', async () => {
  expect(await importing(answer())).toMatchObject({ code: 0, out: '', err: 'The answers hold no trigger.\n' });
});

test('escapes and quoted text are not taken for classes', async () => {
  const { code, out } = await importing(answer(one({ TriggerType: 'TAG_REG_EXP', TriggerTag: '\\[a\\Q[[&&\\E]' })));
  expect({ code, kinds: out.match(/^kind: .*$/gm) }).toEqual({ code: 0, kinds: ['kind: Hook', 'kind: Trigger'] });
});

test('names that are not allowed here are changed, each to its own, and that is said', async () => {
  const { out, err } = await importing(
    answer(one({ TriggerName: '_My Trigger' }), one({ TriggerName: 'my-trigger' }), one({ TriggerName: '触发器' }), one({ TriggerName: 'x'.repeat(70) })),
  );
  expect(out.match(/^name: .*$/gm)).toEqual(['name: acr', 'name: my-trigger', 'name: my-trigger-2', 'name: trigger', `name: ${'x'.repeat(63)}`]);
  expect(err).toContain('shop/web: "_My Trigger": is named my-trigger here\n');
});

test('several answers, a list of them, and the personal edition; a repository for each', async () => {
  const personal = JSON.stringify({
    data: { webhooks: [{ webhookId: 39_762, webhookName: 'old', webhookUrl: TOKEN_URL, triggerType: 'TAG_LIST', triggerTag: '["a}{","b"]' }] },
    requestId: 'B',
  });
  const two = `${answer(one({}))}\n${personal}`;
  const each = await importing(two, '--repository shop/web --repository shop/api');
  expect(each.out.match(/^repository: .*$/gm)).toEqual(['repository: shop/web']);
  expect(each.err).toContain('shop/api: "old": "a}{" is not a tag');
  expect((await importing(`[${two.replace('\n{"data"', ',{"data"')}]`)).code).toBe(1);
  expect(await importing(two, '--repository a/b --repository c/d --repository e/f')).toMatchObject({
    code: 2,
    err: expect.stringContaining('2 answers and 3 times --repository'),
  });
});

test.each([
  ['', 'there is no answer'],
  ['<html>', 'this is no JSON'],
  ['{"Triggers":[}', 'this is no JSON'],
  ['"text"', 'an answer is a JSON object'],
  ['{"Repositories":[]}', 'an answer has no "Triggers"'],
  ['{"IsSuccess":false,"Code":"NoPrivilege"}', 'an answer is a refusal ("NoPrivilege")'],
])('what is no answer: %s', async (text, why) => expect(await importing(text)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(why) }));

/** With the API. */
const applying = (stdin: string, more: string) => cli.run(`import acr ${FLAGS} --hook applied --apply ${more}`, { stdin });

test('applied at once: shown with --dry-run, asked before, then there; again it is the same', async () => {
  await cli.ok('apply -f -', { stdin: application('web') });
  await cli.ok('trigger create taken --registry harbor --registry-host r.example --repository shop/web --all --application web');
  const triggers = answer(one({ TriggerName: 'nightly' }), one({ TriggerName: 'taken', TriggerType: 'TAG_LIST', TriggerTag: ['v1'] }));
  const seen = await applying(triggers, '--repository shop/applied --dry-run');
  expect(seen).toMatchObject({ code: 0, out: expect.stringContaining('+ trigger/nightly\n'), err: expect.stringContaining('"taken": is named taken-2 here') });
  expect(seen.err).not.toContain('Then let the registry');
  expect(await applying(triggers, '--repository shop/applied')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--yes') });
  expect((await cli.ok('trigger list --hook applied -o name')).out).toBe('');

  const done = await applying(triggers, '--repository shop/applied --yes');
  expect(done).toMatchObject({ code: 0, err: expect.stringContaining('hook guide applied') });
  expect(done.out).toMatch(/^hook\/applied created {2}https:\S+\ntrigger\/nightly created\ntrigger\/taken-2 created\n$/);
  await cli.ok('hook update applied --access public');
  expect(await applying(triggers, '--repository shop/applied')).toMatchObject({ code: 0, out: '', err: expect.stringContaining('2 unchanged.') });
  // What belongs to another repository, or to the hook, stays as it is.
  expect((await applying(triggers, '--repository shop/other --yes')).out).toBe('trigger/nightly-2 created\ntrigger/taken-3 created\n');
  expect((await cli.ok('hook show applied')).out).toMatch(/Registry access: +public/);
});

test.each([
  ['--apply --yes --application nobody', 1, 'no application is named "nobody"'],
  ['--apply --yes --hook other', 2, 'the hook other is there already, for harbor and r.example: give another name by --hook'],
  ['--dry-run', 2, '--dry-run belongs to --apply'],
  ['--yes', 2, '--yes belongs to --apply'],
])('%s is refused', async (more, code, why) => {
  await cli.run('hook create other --registry harbor --registry-host r.example');
  await cli.run('apply -f -', { stdin: application('web') });
  expect(await cli.run(`import acr ${FLAGS} --repository shop/web ${more}`, { stdin: answer(one({})) })).toMatchObject({
    code,
    out: '',
    err: expect.stringContaining(why),
  });
});
