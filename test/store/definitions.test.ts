import { randomUUID } from 'node:crypto';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApplicationDefinition, HookDefinition, TriggerDefinition } from '../../functions/core/definitions.ts';
import { makeApplicationOf } from '../../functions/store/application-of.ts';
import { makeApplications } from '../../functions/store/applications.ts';
import { claimKey } from '../../functions/store/definition-item.ts';
import { makeDefinitionOf } from '../../functions/store/definition-of.ts';
import { toItem } from '../../functions/store/dynamo.ts';
import { makeHookOf } from '../../functions/store/hook-of.ts';
import { makeHooks } from '../../functions/store/hooks.ts';
import { makeTriggerUrls } from '../../functions/store/trigger-urls.ts';
import { makeTriggers } from '../../functions/store/triggers.ts';
import { makePartition, makeTriggersOf } from '../../functions/store/triggers-of.ts';
import { startTables, type TestTables } from './definitions-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

const trigger = (name: string, repository: string, more: Partial<TriggerDefinition> = {}): TriggerDefinition => ({
  name,
  hook: 'hub',
  repository,
  rule: { mode: 'expression', expression: 'release-v.*', except: '.*-rc' },
  application: 'web',
  enabled: true,
  createdAt: 1_000,
  updatedAt: 1_000,
  ...more,
});
const hook = (name: string): HookDefinition => ({
  name,
  registry: 'generic',
  registryHost: 'r.example',
  hostAliases: ['vpc.r.example'],
  repositories: ['team/*'],
  enabled: true,
  tokens: [{ sha256: 'ab', createdAt: 1 }],
  credential: { by: 'header', name: 'x-token', values: [{ sha256: 'cd', createdAt: 1 }] },
  createdAt: 1,
  updatedAt: 1,
});
const application = (name: string): ApplicationDefinition => ({
  name,
  enabled: true,
  target: { kind: 'http', url: 'https://web.example', template: { big: 1e300, deep: [[[[{ image: '{{image}}' }]]]], none: null } },
  policy: { quietSeconds: 5 },
  createdAt: 1,
  updatedAt: 1,
});

describe('hooks and applications', () => {
  test('what is created is read back whole, by the API and by the hot path', async () => {
    await makeHooks(tables, randomUUID).create(hook('whole'));
    expect(await makeHooks(tables, randomUUID).get('whole')).toEqual(hook('whole'));
    expect(await makeHookOf(tables)('whole')).toEqual(hook('whole'));
    await makeApplications(tables, randomUUID).create(application('whole'));
    expect(await makeApplications(tables, randomUUID).get('whole')).toEqual(application('whole'));
    expect((await makeApplicationOf(tables)('whole')).definition).toEqual(application('whole'));
  });

  test('the definition alone is found by its key, as ingest reads it', async () => {
    await makeApplications(tables, randomUUID).create(application('alone'));
    expect(await makeDefinitionOf(tables)('alone')).toEqual(application('alone'));
    expect(await makeDefinitionOf(tables)('nobody')).toBeUndefined();
  });

  test('trigger URLs are found by token and by application, and are no hooks', async () => {
    const [urls, hooks] = [makeTriggerUrls(tables, randomUUID), makeHooks(tables, randomUUID)];
    const url = (name: string, owner: string) => ({ ...hook(name), registry: 'app-center', application: owner, get: true });
    for (const each of [url('url-2', 'shop'), url('url-1', 'shop'), url('url-3', 'shop-api')]) expect(await urls.create(each)).toBe('created');
    expect(await urls.create(url('url-1', 'other'))).toBe('exists');
    expect(await urls.get('url-1')).toEqual(url('url-1', 'shop'));
    expect(await makeHookOf(tables)('url-1')).toEqual(url('url-1', 'shop'));
    expect(await urls.ofApplication('shop')).toEqual([url('url-1', 'shop'), url('url-2', 'shop')]);
    expect(await urls.ofApplication('sho')).toEqual([]);

    const listed = await hooks.list({ limit: 100 });
    expect(listed.ok && listed.value.items.filter(({ name }) => name.includes('url-'))).toEqual([]);
    expect(await hooks.get('url-1')).toBeUndefined();
    expect(await hooks.change('url-1', (found) => found)).toBe('absent');
    expect(await hooks.remove('url-1')).toBe(false);
    expect(await hooks.create(hook('url-1'))).toBe('exists');
    await hooks.create(hook('no-url'));
    expect([await urls.get('no-url'), await urls.remove('no-url')]).toEqual([undefined, false]);

    expect(await urls.remove('url-1')).toBe(true);
    expect(await makeHookOf(tables)('url-1')).toBeUndefined();
    expect(await urls.ofApplication('shop')).toEqual([url('url-2', 'shop')]);
  });

  test('a name is given once', async () => {
    const results = await Promise.all(['a', 'b', 'c'].map(() => makeHooks(tables, randomUUID).create(hook('once'))));
    expect(results.sort()).toEqual(['created', 'exists', 'exists']);
  });

  test('changes that meet each other are all kept', async () => {
    const hooks = makeHooks(tables, randomUUID);
    await hooks.create(hook('changed'));
    await Promise.all([1, 2, 3].map((n) => hooks.change('changed', (found) => ({ ...found, hostAliases: [...found.hostAliases, `alias-${n}`] }))));
    expect([...((await hooks.get('changed'))?.hostAliases ?? [])].sort()).toEqual(['alias-1', 'alias-2', 'alias-3', 'vpc.r.example']);
    expect(await hooks.change('nobody', (found) => found)).toBe('absent');
  });

  test('a write whose answer is lost is not taken for another one: made once, changed once, removed once', async () => {
    const hooks = makeHooks(tables, randomUUID);
    tables.loseAnswer('PutItem', 'HOOK#lost');
    expect(await hooks.create(hook('lost'))).toBe('created');
    expect(await hooks.create(hook('lost'))).toBe('exists');
    let altered = 0;
    tables.loseAnswer('PutItem', 'HOOK#lost');
    expect(await hooks.change('lost', (found) => ({ ...found, updatedAt: found.updatedAt + ++altered }))).toMatchObject({ updatedAt: 2 });
    expect(altered).toBe(1);
    tables.loseAnswer('DeleteItem', 'HOOK#lost');
    expect(await hooks.remove('lost')).toBe(true);
    expect(await hooks.remove('lost')).toBe(false);
    await hooks.create(hook('lost'));
    tables.loseAnswer('DeleteItem', 'HOOK#lost');
    expect(await hooks.remove('lost', true)).toBe(true);
    expect(tables.toLose).toEqual([]);
  });

  test('an untouched removal spares what was changed meanwhile', async () => {
    const hooks = makeHooks(tables, randomUUID);
    await hooks.create(hook('touched'));
    await hooks.change('touched', (found) => found);
    expect(await hooks.remove('touched', true)).toBe(false);
    expect(await hooks.remove('touched')).toBe(true);
    expect(await hooks.remove('touched')).toBe(false);
  });

  test('the facts of an application come with it, its state does not, and what expired does not count', async () => {
    await makeApplications(tables, randomUUID).create(application('facts'));
    const put = (sk: string, more: object = {}) =>
      tables.client.send(new PutItemCommand({ TableName: tables.definitions, Item: toItem({ pk: 'APP#facts', sk, v: 1, ...more }) }));
    await put('REJECT#sha256:bad');
    await put('APPROVAL#sha256:good');
    await put('APPROVAL#sha256:old', { expiresAt: 5 });
    await put('STATE', { strange: true });
    const { definition, facts } = await makeApplicationOf(tables, () => 6_000)('facts');
    expect(definition?.name).toBe('facts');
    expect([...facts.rejects]).toEqual(['sha256:bad']);
    expect([...facts.approvals]).toEqual(['sha256:good']);
    expect(await makeApplicationOf(tables)('nobody')).toEqual({ facts: { rejects: new Set(), approvals: new Set(), pins: {} } });
  });

  test('an item of a newer version is an error with its key, not a guess', async () => {
    await tables.client.send(new PutItemCommand({ TableName: tables.definitions, Item: toItem({ pk: 'HOOK#newer', sk: 'DEF', v: 2, ...hook('newer') }) }));
    await expect(makeHookOf(tables)('newer')).rejects.toThrow(/HOOK#newer, DEF has version 2/);
  });
});

describe('triggers', () => {
  test('a push finds those of its repository and the patterns above it, and no others', async () => {
    const triggers = makeTriggers(tables, randomUUID);
    const repositories = [
      'r.example/shop/web',
      'r.example/shop/*',
      'r.example/shop/web/*',
      'r.example/shop/web/deep/*',
      'r.example/shop/other',
      'q.example/shop/*',
    ];
    for (const [i, repository] of repositories.entries()) expect(await triggers.create(trigger(`found-${i}`, repository), `o${i}`)).toBe('created');
    const of = async (repository: string) => (await makeTriggersOf(tables)(repository)).map((found) => found.repository).sort();
    expect(await of('r.example/shop/web')).toEqual(['r.example/shop/*', 'r.example/shop/web']);
    expect(await of('r.example/shop/web/deep/er')).toEqual(['r.example/shop/*', 'r.example/shop/web/*', 'r.example/shop/web/deep/*'].sort());
    expect(await of('r.example/shopping')).toEqual([]);
    expect(await of('r.example/shop')).toEqual([]);
    expect(await triggers.get('found-0')).toEqual(trigger('found-0', 'r.example/shop/web'));
  });

  test('a name is unique among all repositories, however many ask at once', async () => {
    const triggers = makeTriggers(tables, randomUUID);
    const results = await Promise.all(['a', 'b', 'c', 'd'].map((path) => triggers.create(trigger('unique', `r.example/unique/${path}`), path)));
    expect(results.filter((result) => result === 'created')).toHaveLength(1);
    const lying = await Promise.all(['a', 'b', 'c', 'd'].map((path) => makePartition(tables)(`REPO#r.example/unique/${path}`)));
    expect(lying.flat()).toHaveLength(1);
    expect(await triggers.create(trigger('unique', 'r.example/unique/z'), 'z')).toBe('exists');
  });

  test('a creation that died after its claim is completed by doing it again', async () => {
    const triggers = makeTriggers(tables, randomUUID);
    const claim = (name: string, at: string) =>
      tables.client.send(new PutItemCommand({ TableName: tables.definitions, Item: toItem({ ...claimKey(name), v: 1, at, owner: 'dead', claimedAt: 1_000 }) }));
    await claim('half', 'REPO#r.example/half');
    expect(await triggers.get('half')).toBeUndefined();
    expect(await triggers.create(trigger('half', 'r.example/half'), 'new')).toBe('created');
    await claim('moved', 'REPO#r.example/first');
    expect(await triggers.create(trigger('moved', 'r.example/second', { createdAt: 60_999 }), 'early')).toBe('being-created');
    expect(await triggers.create(trigger('moved', 'r.example/second', { createdAt: 61_000 }), 'late')).toBe('created');
    expect((await triggers.get('moved'))?.repository).toBe('r.example/second');
  });

  test('what was removed is gone from the push, and its name is free', async () => {
    const triggers = makeTriggers(tables, randomUUID);
    await triggers.create(trigger('removed', 'r.example/removed'), 'a');
    expect(await triggers.remove('removed')).toBe(true);
    expect(await triggers.remove('removed')).toBe(false);
    expect(await makeTriggersOf(tables)('r.example/removed')).toEqual([]);
    expect(await triggers.create(trigger('removed', 'r.example/elsewhere'), 'b')).toBe('created');
  });

  test('an answer that is lost leaves neither a trigger without its claim nor a claim without its trigger', async () => {
    const triggers = makeTriggers(tables, randomUUID);
    const claim = async () => (await tables.client.send(new GetItemCommand({ TableName: tables.definitions, Key: toItem({ ...claimKey('lost') }) }))).Item;
    for (const [i, text] of ['CLAIM', '"kind":{"S":"trigger"}'].entries()) {
      tables.loseAnswer('PutItem', text);
      expect(await triggers.create(trigger('lost', 'r.example/lost'), `o${i}`)).toBe('created');
      expect(await triggers.get('lost')).toBeDefined();
      tables.loseAnswer('DeleteItem', i === 0 ? 'REPO#r.example/lost' : 'CLAIM');
      expect(await triggers.remove('lost')).toBe(true);
      expect(await makeTriggersOf(tables)('r.example/lost')).toEqual([]);
      expect(await claim()).toBeUndefined();
    }
    expect(tables.toLose).toEqual([]);
  });

  test('a repository has at most 100, also when the last places are asked for at once', async () => {
    const triggers = makeTriggers(tables, randomUUID);
    for (let i = 0; i < 98; i += 1) await triggers.create(trigger(`many-${i}`, 'r.example/many'), `o${i}`);
    const results = await Promise.all([0, 1, 2, 3, 4, 5].map((i) => triggers.create(trigger(`race-${i}`, 'r.example/many'), `r${i}`)));
    const stored = await makePartition(tables)('REPO#r.example/many');
    expect(stored.length).toBeLessThanOrEqual(100);
    expect(stored).toHaveLength(98 + results.filter((result) => result === 'created').length);
    for (let i = stored.length; i < 100; i += 1) expect(await triggers.create(trigger(`fill-${i}`, 'r.example/many'), `f${i}`)).toBe('created');
    expect(await triggers.create(trigger('fill-100', 'r.example/many'), 'over')).toBe('too-many');
    expect(await makePartition(tables)('REPO#r.example/many')).toHaveLength(100);
    // A refused name is not used up.
    expect(await triggers.create(trigger('fill-100', 'r.example/free'), 'again')).toBe('created');
  });
});

describe('lists', () => {
  test('pages follow each other without gap or repetition, and the last has no cursor', async () => {
    const applications = makeApplications(tables, randomUUID);
    for (let i = 0; i < 5; i += 1) await applications.create(application(`page-${i}`));
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await applications.list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      if (!page.ok) throw new Error(page.why);
      expect(page.value.items.length).toBeLessThanOrEqual(2);
      names.push(...page.value.items.map(({ name }) => name));
      cursor = page.value.cursor;
    } while (cursor !== undefined);
    expect(names.filter((name) => name.startsWith('page-'))).toEqual([0, 1, 2, 3, 4].map((i) => `page-${i}`));
    expect(new Set(names).size).toBe(names.length);
  });

  test('filters are asked of every item, and cursors go on behind the last one shown', async () => {
    const triggers = makeTriggers(tables, randomUUID);
    for (let i = 0; i < 6; i += 1) await triggers.create(trigger(`filter-${i}`, 'r.example/filter', { application: i % 2 === 0 ? 'even' : 'odd' }), `o${i}`);
    const first = await triggers.list({ where: { application: 'even' }, limit: 2 });
    if (!first.ok || first.value.cursor === undefined) throw new Error('a second page was expected');
    expect(first.value.items.map(({ name }) => name)).toEqual(['filter-0', 'filter-2']);
    const second = await triggers.list({ where: { application: 'even' }, limit: 2, cursor: first.value.cursor });
    expect(second.ok && second.value).toEqual({ items: [trigger('filter-4', 'r.example/filter', { application: 'even' })] });
  });

  test.each(['', 'x', '!!!!', Buffer.from('["a"]').toString('base64url'), Buffer.from('["HOOK#a","DEF","b"]').toString('base64url')])(
    '%j is no cursor',
    async (cursor) => {
      expect(await makeHooks(tables, randomUUID).list({ limit: 2, cursor })).toMatchObject({ ok: false });
    },
  );
});
