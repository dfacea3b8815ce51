import { expect, test } from 'vitest';
import { applicationBody } from '../../functions/schema/application.ts';
import { check } from '../../functions/schema/check.ts';
import { API_VERSION, DOCUMENTS, KINDS } from '../../functions/schema/file.ts';
import { fileJsonSchema } from '../../functions/schema/file-json-schema.ts';
import { hookBody } from '../../functions/schema/hook.ts';

const document = (kind: string, more: object) => ({ apiVersion: API_VERSION, kind, name: 'web', ...more });

test('a document has the fields of the body that it stands for, and no others', () => {
  expect(Object.keys(DOCUMENTS.Hook.shape)).toEqual(['apiVersion', 'kind', ...Object.keys(hookBody.shape)]);
  expect(Object.keys(DOCUMENTS.Application.shape)).toEqual(['apiVersion', 'kind', ...Object.keys(applicationBody.shape), 'template', 'triggerUrls']);
  expect(check(DOCUMENTS.Trigger, document('Trigger', { repository: 'r/a', application: 'web', hook: 'web', registry: 'zot' }))).toMatchObject({
    ok: false,
    problems: [{ field: 'registry' }],
  });
});

test.each([
  [{ by: 'header', name: 'X-Token' }, true],
  [{ by: 'header' }, true],
  [{ by: 'basic' }, true],
  [{ by: 'hmac' }, true],
  [{ by: 'oidc', audience: 'https://hooks.example', email: 'a@b.example' }, true],
  [{ by: 'header', value: 'a-secret-value' }, false],
  [{ by: 'basic', user: 'u', password: 'a-secret-value' }, false],
  [{ by: 'hmac', secret: 'a-secret-value' }, false],
])('no secret stands in a credential: %j', (credential, ok) => {
  expect(check(DOCUMENTS.Hook, document('Hook', { registry: 'zot', credential })).ok).toBe(ok);
});

test('the JSON Schema knows each kind by its name, and refuses what the schema refuses', () => {
  const { $schema, oneOf } = fileJsonSchema();
  expect($schema).toBe('http://json-schema.org/draft-07/schema#');
  expect(oneOf).toEqual(
    KINDS.map((kind) =>
      expect.objectContaining({ additionalProperties: false, properties: expect.objectContaining({ kind: { type: 'string', const: kind } }) }),
    ),
  );
  expect(JSON.stringify(oneOf)).not.toMatch(/"(?:value|password|secret)":/);
});

test('an editor is told of every field', () => {
  const fields = fileJsonSchema().oneOf.flatMap(({ properties }) => Object.entries(properties));
  const untold = fields.flatMap(([field, schema]) => (typeof schema === 'object' && schema !== null && 'description' in schema ? [] : [field]));
  expect(new Set(untold)).toEqual(new Set(['apiVersion', 'kind']));
});
