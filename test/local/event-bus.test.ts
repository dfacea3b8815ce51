/** Event patterns and the default bus, as EventBridge has them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { calm } from '../../infra/local/chaos.ts';
import { makeEventBus } from '../../infra/local/event-bus.ts';
import { readEventPattern } from '../../infra/local/event-pattern.ts';
import { QUEUE_DEFAULTS } from '../../infra/local/plan-queues.ts';
import { openQueues } from '../../infra/local/queues.ts';

const matches = (pattern: unknown, event: Readonly<Record<string, unknown>>) => readEventPattern(pattern, 'Rule EventPattern')(event);

describe('an event pattern', () => {
  const pattern = {
    source: ['aws.ecr', 'mine'],
    detail: { result: ['SUCCESS'], 'image-tag': [{ exists: true }], 'repository-name': ['web', { prefix: 'team/' }] },
  };
  const event = (change: object = {}, detail: object = {}) => ({
    source: 'aws.ecr',
    more: 1,
    detail: { result: 'SUCCESS', 'image-tag': 'v1', 'repository-name': 'team/app', ...detail },
    ...change,
  });

  it.each([
    ['what it names', event(), true],
    ['another of its values', event({ source: 'mine' }), true],
    ['an exact value beside a prefix', event({}, { 'repository-name': 'web' }), true],
    ['a list with one of its values', event({ source: ['other', 'mine'] }), true],
    ['another value', event({ source: 'aws.ec2' }), false],
    ['a value of another type', event({ source: { 'aws.ecr': true } }), false],
    ['no value', event({ source: undefined }), false],
    ['a prefix of the prefix', event({}, { 'repository-name': 'team' }), false],
    ['another prefix', event({}, { 'repository-name': 'webs' }), false],
    ['a field that is missing', event({}, { 'image-tag': undefined }), false],
    ['no detail at all', { source: 'aws.ecr' }, false],
    ['an inherited field', Object.create(event()), false],
  ])('decides about %s', (_, given, expected) => {
    expect(matches(pattern, JSON.parse(JSON.stringify(given)))).toBe(expected);
  });

  it('of absence matches what is not there', () => {
    expect([
      matches({ detail: { tag: [{ exists: false }] } }, { detail: {} }),
      matches({ detail: { tag: [{ exists: false }] } }, { detail: { tag: 1 } }),
    ]).toEqual([true, false]);
  });

  it('compares numbers, truth values and null as such', () => {
    expect([matches({ n: [1, null, true] }, { n: 1 }), matches({ n: [1, null, true] }, { n: null }), matches({ n: [1, null] }, { n: '1' })]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each([
    [
      '{"anything-but":"x"}',
      { detail: { name: [{ 'anything-but': 'x' }] } },
      /Rule EventPattern\.detail\.name: the local engine does not know \{"anything-but":"x"\}/,
    ],
    ['a wildcard', { name: [{ wildcard: 'a*' }] }, /\{"wildcard":"a\*"\}/],
    ['two operators in one', { name: [{ prefix: 'a', suffix: 'b' }] }, /\{"prefix":"a","suffix":"b"\}/],
    ['a prefix without regard to case', { name: [{ prefix: { 'equals-ignore-case': 'a' } }] }, /equals-ignore-case/],
    ['$or', { $or: [{ name: ['a'] }] }, /does not know the operator \$or/],
    ['a value that is no list', { name: 'a' }, /expected an object, got "a"/],
  ])('with %s stops the engine by its name', (_, bad, message) => {
    expect(() => readEventPattern(bad, 'Rule EventPattern')).toThrow(message);
  });
});

describe('the default bus', () => {
  const directory = mkdtempSync(join(tmpdir(), 'bus-'));
  let ids = 0;
  const newId = (): string => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`;
  const queues = openQueues({ directory, now: Date.now, newId, chaos: calm });
  afterAll(() => {
    queues.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const open = (name: string) => {
    const queue = queues.create(name, QUEUE_DEFAULTS);
    const spec = { name, url: `http://x/0/${name}`, arn: `arn:aws:sqs:us-east-1:0:${name}`, settings: QUEUE_DEFAULTS };
    const bus = makeEventBus({ account: '000000000000', region: 'us-east-1', now: () => Date.UTC(2026, 5, 30, 12, 0, 0, 123), newId });
    bus.open([{ name: 'rule', arn: 'arn:rule', matches: readEventPattern({ source: ['mine'] }, 'p'), targets: [{ to: { queue: spec } }] }], {
      queues,
      pool: () => {
        throw new Error('no function is called here');
      },
    });
    const put = (...entries: readonly unknown[]) => bus.api('PutEvents', { Entries: entries });
    return { put, bodies: () => queue.receive(10).map(({ body }): unknown => JSON.parse(body)) };
  };
  const ENTRY = { Source: 'mine', DetailType: 'Something', Detail: '{"a":1}' };

  it('hands an event to the targets of the rules that match, in the shape of EventBridge', () => {
    const { put, bodies } = open('shape');
    const answer = put({ ...ENTRY, Time: 1_782_820_799, Resources: ['arn:x'] }, { ...ENTRY, Source: 'other' }, { ...ENTRY, EventBusName: 'default' });
    expect(answer).toEqual({
      FailedEntryCount: 0,
      Entries: [{ EventId: expect.any(String) }, { EventId: expect.any(String) }, { EventId: expect.any(String) }],
    });
    expect(bodies()).toEqual([
      {
        version: '0',
        id: expect.any(String),
        'detail-type': 'Something',
        source: 'mine',
        account: '000000000000',
        time: '2026-06-30T11:59:59Z',
        region: 'us-east-1',
        resources: ['arn:x'],
        detail: { a: 1 },
      },
      expect.objectContaining({ time: '2026-06-30T12:00:00Z', resources: [] }),
    ]);
  });

  it.each([
    ['no source', { ...ENTRY, Source: undefined }, 'InvalidArgument'],
    ['no type', { ...ENTRY, DetailType: '' }, 'InvalidArgument'],
    ['no detail', { ...ENTRY, Detail: undefined }, 'InvalidArgument'],
    ['a detail that is no JSON', { ...ENTRY, Detail: '{' }, 'MalformedDetail'],
    ['a detail that is no object', { ...ENTRY, Detail: '[1]' }, 'MalformedDetail'],
    ['another bus', { ...ENTRY, EventBusName: 'other' }, 'InvalidArgument'],
    ['a time that is none', { ...ENTRY, Time: 1e300 }, 'InvalidArgument'],
    ['no object', 7, 'InvalidArgument'],
  ])('answers an entry with %s by itself, and takes the others', (name, entry, ErrorCode) => {
    const { put, bodies } = open(`bad-${name.replaceAll(' ', '-')}`);
    expect(put(entry, ENTRY)).toMatchObject({ FailedEntryCount: 1, Entries: [{ ErrorCode }, { EventId: expect.any(String) }] });
    expect(bodies()).toHaveLength(1);
  });

  it('takes one to ten entries, and does nothing but PutEvents', () => {
    const { put } = open('bounds');
    expect(() => put()).toThrow('There are 0 entries');
    expect(() => put(...Array.from({ length: 11 }, () => ENTRY))).toThrow('There are 11 entries');
    expect(() => put({ ...ENTRY, Detail: JSON.stringify({ a: 'x'.repeat(1_048_576) }) })).toThrow('put at most 1048576');
    const bus = makeEventBus({ account: '0', region: 'r', now: Date.now, newId });
    expect(() => bus.api('PutRule', {})).toThrow('PutRule');
    expect(() => bus.api('PutEvents', { Entries: [ENTRY] })).toThrow('The engine is starting');
  });
});
