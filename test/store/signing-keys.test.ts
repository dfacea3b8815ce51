/** Keys of identity providers in the table: asked for once, found by the tick alone, and former credentials of hooks that are still read. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credential } from '../../functions/core/definitions.ts';
import { makeDueKeys } from '../../functions/store/due-keys.ts';
import { toItem } from '../../functions/store/dynamo.ts';
import { makeHookOf } from '../../functions/store/hook-of.ts';
import { makeSigningKeys } from '../../functions/store/signing-keys.ts';
import { makeStates } from '../../functions/store/states.ts';
import { startTables, type TestTables } from './definitions-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

const URL = 'https://idp.example/certs?v=3';

test('keys are asked for, fetched, kept, and asked for again', async () => {
  const [keys, due] = [makeSigningKeys(tables), makeDueKeys(tables)];
  expect(await keys.get(URL)).toBeUndefined();
  expect(await due.due(1_000)).toEqual([]);

  await keys.ask(URL, 1_000);
  await keys.ask(URL, 5_000);
  await keys.ask('https://other.example/', 2_000);
  expect(await keys.get(URL)).toBeUndefined();
  expect(await due.due(999)).toEqual([]);
  expect(await due.due(1_000)).toEqual([URL]);
  expect(await due.due(9_000)).toEqual([URL, 'https://other.example/']);
  // An application it is none: the tick's other half never sees it.
  expect(await makeStates(tables).due(9_000, 100)).toEqual([]);

  await due.put(URL, '{"keys":[1]}', 3_000);
  expect(await keys.get(URL)).toEqual({ text: '{"keys":[1]}', fetchedAt: 3_000 });
  expect(await due.due(9_000)).toEqual(['https://other.example/']);

  await keys.ask(URL, 6_000);
  expect(await keys.get(URL)).toEqual({ text: '{"keys":[1]}', fetchedAt: 3_000 });
  expect(await due.due(9_000)).toEqual(['https://other.example/', URL]);
});

describe('credentials as they were and are stored', () => {
  const store = async (credential: unknown) => {
    const hook = {
      pk: 'HOOK#h',
      sk: 'DEF',
      kind: 'hook',
      v: 1,
      edition: 1,
      name: 'h',
      registry: 'generic',
      hostAliases: [],
      tokens: [],
      enabled: true,
      createdAt: 5,
      updatedAt: 9,
    };
    await tables.client.send(new PutItemCommand({ TableName: tables.definitions, Item: toItem({ ...hook, credential }) }));
    return (await makeHookOf(tables)('h'))?.credential;
  };
  const former = [{ sha256: 'ab', createdAt: 5 }];

  test.each<[string, unknown, Credential]>([
    ['header, of the first shape', { by: 'header', name: 'x-token', sha256: 'ab' }, { by: 'header', name: 'x-token', values: former }],
    ['basic, of the first shape', { by: 'basic', sha256: 'ab' }, { by: 'basic', values: former }],
    ['header', { by: 'header', name: 'x', values: former }, { by: 'header', name: 'x', values: former }],
    ['basic', { by: 'basic', values: former }, { by: 'basic', values: former }],
    [
      'hmac',
      { by: 'hmac', secrets: [{ sealed: '1.x', createdAt: 1, expiresAt: 2 }] },
      { by: 'hmac', secrets: [{ sealed: '1.x', createdAt: 1, expiresAt: 2 }] },
    ],
    ['oidc', { by: 'oidc', audience: 'a', email: 'e@f' }, { by: 'oidc', audience: 'a', email: 'e@f' }],
  ])('%s', async (_what, item, read) => expect(await store(item)).toEqual(read));

  // Read as none it would let everybody in.
  test.each([
    ['a kind of a newer version', { by: 'mtls', fingerprint: 'x' }],
    ['no kind', {}],
    ['a text', 'secret'],
    ['hmac without its secrets', { by: 'hmac' }],
    ['header without its name', { by: 'header', values: former }],
    ['values that are none', { by: 'basic', values: [1] }],
  ])('%s is no hook', async (_what, item) => {
    await expect(store(item)).rejects.toThrow('HOOK#h, DEF');
  });
});
