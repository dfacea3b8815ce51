import { expect, it, test } from 'vitest';
import * as z from 'zod/mini';
import { decodeJson, fieldIn, headerOf, readShape, textIn } from '../../functions/registries/payload.ts';

test.each([
  ['nothing', Buffer.alloc(0), 'the body is empty'],
  ['text of another encoding', Buffer.from([0x22, 0xe9, 0x22]), 'the body (3 bytes) is not JSON in UTF-8'],
  ['a gzipped body', Buffer.from([0x1f, 0x8b, 0x08]), 'not compressed'],
  ['a form', Buffer.from('payload=%7B%7D'), 'not as a form'],
])('%s is no JSON', (_what, body, why) => expect(decodeJson(body)).toMatchObject({ ok: false, why: expect.stringContaining(why) }));

it('reads JSON with a byte order mark, whatever was read before it', () => {
  const bytes = (): Buffer => Buffer.from('\ufeff{"a":"é"}');
  expect([decodeJson(bytes()), decodeJson(Buffer.from([0x22, 0xe2, 0x82])), decodeJson(bytes())]).toMatchObject([
    { ok: true, value: { a: 'é' } },
    { ok: false },
    { ok: true, value: { a: 'é' } },
  ]);
});

it('decodes a body once, however many formats look at it', () => {
  const body = Buffer.from('{"a":1}');
  expect(decodeJson(body)).toBe(decodeJson(body));
});

it('names the field that is wrong and never its value', () => {
  const shape = z.object({ a: z.object({ b: z.array(z.string()) }) });
  expect(readShape(shape, { a: { b: ['x', { secret: 1 }] } }, 'a thing')).toEqual({
    ok: false,
    why: 'the body is not a thing: the field "a.b.1" is missing or not of type string',
  });
  expect(readShape(shape, null, 'a thing')).toEqual({ ok: false, why: 'the body is not a thing: the whole body is missing or not of type object' });
});

it('reads fields of an object itself, and none that it inherits', () => {
  expect(textIn(Object.create({ tag: 'v1' }), 'tag')).toBeUndefined();
  expect(fieldIn({}, 'constructor')).toBeUndefined();
  expect(headerOf({ method: 'POST', headers: {}, query: {}, body: new Uint8Array() }, 'toString')).toBeUndefined();
  expect([textIn({ tag: 'v1' }, 'tag'), textIn({ tag: '' }, 'tag'), textIn(null, 'tag'), textIn('tag', 'length')]).toEqual([
    'v1',
    undefined,
    undefined,
    undefined,
  ]);
});
