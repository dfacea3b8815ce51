/** The description and the API, both ways: what is described is there, and what is there is described. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApi, pathOf } from '../../functions/api/openapi.ts';
import { type Operation, problemsOf } from '../../functions/api/operation.ts';
import { OPERATIONS } from '../../functions/api/operations/index.ts';
import { PROBLEMS } from '../../functions/api/problem.ts';
import { QUERY_WORDS } from '../../functions/api/query-words.ts';
import { ANSWERS } from '../../functions/schema/answers/index.ts';
import { check } from '../../functions/schema/check.ts';
import { FIELD_WORDS } from '../../functions/schema/field-words.ts';
import { inputSchema } from '../../functions/schema/json-schema.ts';
import { must, record, START, startApi, type TestApi } from './api.ts';
import { undescribed } from './described.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const NOW = new Date(START).toISOString();
const ALL: readonly (readonly [string, Operation])[] = Object.entries(OPERATIONS);

test('is a valid OpenAPI 3.1 document, and is served as it is', async () => {
  const served = await must(api, 200, 'GET', '/v1/openapi.json');
  expect(served).toEqual(JSON.parse(JSON.stringify(openApi('https://hooks.example'))));
  expect(await new Validator().validate({ ...served })).toMatchObject({ valid: true });
});

test('every route is described, and every described one is a route', () => {
  const routes = api.app.routes.filter(({ method, path }) => method !== 'ALL' && path.startsWith('/v1')).map(({ method, path }) => `${method} ${pathOf(path)}`);
  const described = Object.entries(openApi('').paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));
  expect([...new Set(routes)].sort()).toEqual(described.sort());
});

test('every answer and every code of the tables is used by an operation', () => {
  expect([...new Set(ALL.flatMap(([, { answers }]) => Object.values(answers)))].sort()).toEqual(Object.keys(ANSWERS).sort());
  const codes = new Set<string>(ALL.flatMap(([, declared]) => problemsOf(declared)));
  expect(Object.keys(PROBLEMS).filter((code) => code !== 'unknown-route' && !codes.has(code))).toEqual([]);
});

test('every parameter of a query is said what it means, and no other', () => {
  const parameters = ALL.flatMap(([, { query }]) => Object.keys(inputSchema(query).properties ?? {}));
  expect([...new Set(parameters)].sort()).toEqual(Object.keys(QUERY_WORDS).sort());
});

/** Each field of a schema and what lies in it, as `Hook.credential.by`, with what is said of it. */
const fieldsIn = (schema: unknown, place: string): readonly (readonly [string, unknown])[] => {
  if (Array.isArray(schema)) return schema.flatMap((each) => fieldsIn(each, place));
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, ...rest } = record(schema);
  const own = Object.entries(record(properties)).flatMap(([field, inner]) => [
    [`${place}.${field}`, record(inner).description] as const,
    ...fieldsIn(inner, `${place}.${field}`),
  ]);
  return [
    ...own,
    ...['items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf', 'content', 'schema', 'application/json'].flatMap((key) =>
      fieldsIn(record(rest)[key], place),
    ),
  ];
};

test('every field of every body, answer and problem is said what it means, and there are no other words', () => {
  const { components, paths } = openApi('https://hooks.example');
  const bodies = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => fieldsIn(record(operation).requestBody, `${method} ${path}`)),
  );
  const all = [
    ...fieldsIn(components.schemas.Problem, 'Problem'),
    ...Object.entries(components.schemas).flatMap(([name, schema]) => fieldsIn(schema, name)),
    ...bodies,
  ];
  expect(all.length).toBeGreaterThan(500);
  expect(all.flatMap(([place, words]) => (typeof words === 'string' && words.length > 5 ? [] : [place]))).toEqual([]);
  const said = new Set(all.map(([, words]) => words));
  expect(Object.entries(FIELD_WORDS).flatMap(([key, words]) => (said.has(words) ? [] : [key]))).toEqual([]);
  expect(bodies.find(([place]) => place === 'post /v1/hooks.credential.by')?.[1]).toBe(FIELD_WORDS['credential.by']);
});

test('every parameter is said what it means', () => {
  const all = Object.values(openApi('https://hooks.example').paths).flatMap((methods) => Object.values(methods).flatMap(({ parameters }) => parameters));
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter(({ description }) => typeof description !== 'string' || description.length < 5)).toEqual([]);
});

test('the check of answers bites: a field too many, one of another type, a status or a code that is not declared', () => {
  const headers = new Headers({ 'content-type': 'application/json' });
  const trigger = { name: 'a', hook: 'a', repository: 'r.example/a', rule: { mode: 'all' }, application: 'a', enabled: true, createdAt: NOW, updatedAt: NOW };
  const seen = (status: number, body: object, type = headers) => undescribed('GET', '/v1/triggers/a?x=1', { status, body, headers: type });
  expect(seen(200, trigger)).toBeUndefined();
  expect(seen(200, { ...trigger, token: 'it_a' })).toContain('additional properties');
  expect(seen(200, { ...trigger, enabled: 'yes' })).toContain('must be boolean');
  expect(seen(200, { ...trigger, createdAt: 'today' })).toContain('date-time');
  expect(seen(201, trigger)).toBe('201 is not declared');
  const problem = { type: 'urn:x', title: 'x', status: 404, detail: 'x', code: 'no-template' };
  expect(seen(404, { ...problem, code: 'unknown-name' }, new Headers({ 'content-type': 'application/problem+json' }))).toBeUndefined();
  expect(seen(404, problem, new Headers({ 'content-type': 'application/problem+json' }))).toContain('allowed values');
  expect(seen(404, problem)).toContain('the type is');
});

test.each(ALL.filter(([, { example }]) => example !== undefined))('the example of %s is taken', (_, { body, example }) => {
  expect(check(body, example)).toMatchObject({ ok: true });
});
