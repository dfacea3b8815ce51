import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeBusEvent,
  decodeDeployment,
  decodePushes,
  encodeDeployment,
  encodePushes,
  idempotencyKey,
  isBusEvent,
  type PushesMessage,
} from '../../functions/core/message.ts';
import type { Push } from '../../functions/core/push.ts';

const push = (n: number, change: Partial<Push> = {}): Push => ({
  id: `p${n}`,
  hook: 'hub',
  repository: 'r.example/web',
  tag: `v${n}`,
  receivedAt: n,
  ...change,
});
const message = (pushes: readonly Push[]): PushesMessage => ({ v: 1, deliveryId: 'd', hook: 'hub', hosts: ['r.example'], receivedAt: 1, pushes });
const bytes = (text: string): number => new TextEncoder().encode(text).length;

describe('a delivery in parts', () => {
  test.each([
    [0, 0],
    [1, 1],
    [100, 1],
    [101, 2],
    [1_000, 10],
  ])('%i pushes in %i messages', (pushes, parts) => {
    expect(encodePushes(message(Array.from({ length: pushes }, (_, i) => push(i))))).toHaveLength(parts);
  });

  test('together the parts hold every push once and in order, each at most 100 of them and 200 kB; whatever they hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ actor: fc.string({ unit: 'grapheme', maxLength: 100 }), size: fc.integer({ min: 0, max: 60_000 }) }), { maxLength: 12 }),
        (given) => {
          const pushes = given.map(({ actor, size }, i) => push(i, { actor, mediaType: 'é'.repeat(size / 2) }));
          const bodies = encodePushes(message(pushes));
          for (const body of bodies) expect(bytes(body)).toBeLessThanOrEqual(200_000);
          expect(bodies.flatMap((body) => decodePushes(body).pushes)).toEqual(pushes);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('what a trigger URL asks for goes through whole', () => {
    const pushes = [push(1, { application: 'web' }), push(2, { application: 'web', repository: '*', tag: '', restart: true })];
    expect(encodePushes(message(pushes)).map((body) => decodePushes(body).pushes)).toEqual([pushes]);
  });

  test('one push that is larger than a part stands alone', () => {
    const bodies = encodePushes(message([push(1), push(2, { mediaType: 'x'.repeat(250_000) }), push(3)]));
    expect(bodies.map((body) => decodePushes(body).pushes.map(({ id }) => id))).toEqual([['p1'], ['p2'], ['p3']]);
  });
});

test.each(['public', { auth: 'ssm:/image-triggers/registry' }] as const)('access to the registry goes with every part: %j', (access) => {
  const parts = encodePushes({ ...message(Array.from({ length: 101 }, (_, i) => push(i))), access }).map(decodePushes);
  expect(parts.map((part) => part.access)).toEqual([access, access]);
});

test('access of a form that is not known is none', () => {
  const [body = ''] = encodePushes(message([push(1)]));
  for (const access of ['private', {}, { auth: 7 }, null]) expect(decodePushes(JSON.stringify({ ...JSON.parse(body), access }))).not.toHaveProperty('access');
});

describe('what is no message of this version is an error that says what it is', () => {
  const good = JSON.parse(encodePushes(message([push(1)]))[0] ?? '');
  test.each([
    ['not JSON', 'x', /not JSON/],
    ['null', 'null', /version none/],
    ['a list', '[]', /version none/],
    ['a later version', JSON.stringify({ ...good, v: 2 }), /version 2.*redrive/],
    ['no version', JSON.stringify({ ...good, v: undefined }), /version/],
    ['an application that is no text', JSON.stringify({ ...good, pushes: [{ ...push(1), application: 5 }] }), /missing fields/],
    ['an application without a name', JSON.stringify({ ...good, pushes: [{ ...push(1), application: '' }] }), /missing fields/],
    ['a restart that is no switch', JSON.stringify({ ...good, pushes: [{ ...push(1), application: 'web', restart: 'yes' }] }), /missing fields/],
    ['a restart of no application', JSON.stringify({ ...good, pushes: [{ ...push(1), restart: true }] }), /missing fields/],
    ['no pushes', JSON.stringify({ ...good, pushes: undefined }), /missing fields/],
    ['a push without a tag', JSON.stringify({ ...good, pushes: [{ ...push(1), tag: undefined }] }), /missing fields/],
    ['no hook', JSON.stringify({ ...good, hook: 7 }), /missing fields/],
  ])('pushes: %s', (_name, body, why) => {
    expect(() => decodePushes(body)).toThrow(why);
  });

  test.each([
    ['not JSON', '{', /not JSON/],
    ['another version', '{"v":9,"application":"web"}', /version 9/],
    ['no application', '{"v":1}', /without "application"/],
    ['an empty one', '{"v":1,"application":""}', /without "application"/],
  ])('deployments: %s', (_name, body, why) => {
    expect(() => decodeDeployment(body)).toThrow(why);
  });
});

test('a reconcile is read as it was written; a field that a later code added is left alone', () => {
  expect(decodeDeployment(encodeDeployment('web'))).toEqual({ v: 1, application: 'web' });
  expect(decodeDeployment('{"v":1,"application":"web","more":true}')).toEqual({ v: 1, application: 'web' });
});

test('one key for one deployment: names and numbers never run into one another', () => {
  expect(idempotencyKey('web', 12)).toBe('web.12');
  expect(idempotencyKey('web-1', 2)).not.toBe(idempotencyKey('web', 12));
});

describe('an event of EventBridge in the pushes queue', () => {
  const EVENT = { id: 'e-1', 'detail-type': 'ECR Image Action', time: '2026-06-30T11:59:58Z' };

  test.each([
    ['an event', JSON.stringify(EVENT), true],
    ['a message of ours', JSON.stringify({ v: 1, deliveryId: '"detail-type"' }), false],
    ['a message of ours that names one', JSON.stringify({ ...EVENT, v: 1 }), false],
    ['a list', JSON.stringify([EVENT]), false],
    ['no JSON', `{"detail-type":`, false],
    ['an event inside something', JSON.stringify({ Message: EVENT }), false],
  ])('%s is known: %s', (_, body, expected) => expect(isBusEvent(body)).toBe(expected));

  test.each([
    ['its id and its time', EVENT, { ok: true, value: { id: 'e-1', time: Date.UTC(2026, 5, 30, 11, 59, 58) } }],
    ['no time where there is none', { ...EVENT, time: 'yesterday' }, { ok: true, value: { id: 'e-1' } }],
    ['no time before 1970', { ...EVENT, time: '1969-12-31T23:59:59Z' }, { ok: true, value: { id: 'e-1' } }],
    ['why not, without an id', { ...EVENT, id: '' }, { ok: false, why: expect.stringContaining('no id') }],
  ])('gives %s', (_, event, expected) => expect(decodeBusEvent(JSON.stringify(event))).toEqual(expected));
});
