import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calm, makeChaos } from '../../infra/local/chaos.ts';
import { QUEUE_DEFAULTS } from '../../infra/local/plan-queues.ts';
import { openQueues, type Queues } from '../../infra/local/queues.ts';

let directory = '';
let now = 0;
let ids = 0;
const newId = (): string => `00000000-0000-0000-0000-${String(++ids).padStart(12, '0')}`;
const open = (seed?: number): Queues => openQueues({ directory, now: () => now, newId, chaos: seed === undefined ? calm : makeChaos(seed) });
const bodies = (messages: readonly { readonly body: string }[]): readonly string[] => messages.map(({ body }) => body);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'queues-'));
  now = 1_000_000;
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a queue', () => {
  it('hides a received message until its visibility ends, and then gives it again with a higher count', () => {
    const queue = open().create('q', { ...QUEUE_DEFAULTS, visibilitySeconds: 30 });
    queue.send({ body: 'a' });
    expect(queue.receive(10).map(({ receives }) => receives)).toEqual([1]);
    now += 29_999;
    expect(queue.receive(10)).toEqual([]);
    now += 1;
    expect(queue.receive(10).map(({ receives, firstReceivedAt }) => [receives, firstReceivedAt])).toEqual([[2, 1_000_000]]);
  });

  it('removes by the latest receipt only', () => {
    const queue = open().create('q', QUEUE_DEFAULTS);
    queue.send({ body: 'a' });
    const [old] = queue.receive(1, 1);
    now += 1000;
    const [latest] = queue.receive(1, 1);
    expect(queue.remove(old?.receipt ?? '')).toBe('done');
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    expect(queue.remove(latest?.receipt ?? '')).toBe('done');
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(queue.remove('nonsense')).toBe('no receipt');
  });

  it('delays a message by its own delay, else by that of the queue', () => {
    const queue = open().create('q', { ...QUEUE_DEFAULTS, delaySeconds: 5 });
    queue.send({ body: 'by the queue' });
    queue.send({ body: 'at once', delaySeconds: 0 });
    queue.send({ body: 'late', delaySeconds: 900 });
    expect(queue.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 2 });
    expect(bodies(queue.receive(10))).toEqual(['at once']);
    expect(queue.nextDueAt()).toBe(1_005_000);
    now += 5000;
    expect(bodies(queue.receive(10))).toEqual(['by the queue']);
    now += 895_000;
    expect(bodies(queue.receive(10))).toContain('late');
  });

  it('moves a message that was received too often to the dead-letter queue, and back by a move task', () => {
    const queues = open();
    const dead = queues.create('dead', QUEUE_DEFAULTS);
    const queue = queues.create('q', { ...QUEUE_DEFAULTS, visibilitySeconds: 1, redrive: { queue: 'dead', maxReceives: 2 } });
    queue.send({ body: 'poison' });
    for (const expected of [['poison'], ['poison'], []]) {
      expect(bodies(queue.receive(10))).toEqual(expected);
      now += 1000;
    }
    expect(dead.counts().visible).toBe(1);
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(queues.moveBack(dead, undefined)).toBe(1);
    expect(dead.counts().visible).toBe(0);
    expect(queue.receive(10).map(({ body, receives }) => [body, receives])).toEqual([['poison', 1]]);
  });

  it('drops what is older than its retention', () => {
    const queue = open().create('q', { ...QUEUE_DEFAULTS, retentionSeconds: 60 });
    queue.send({ body: 'old' });
    now += 60_000;
    queue.send({ body: 'new' });
    expect(bodies(queue.receive(10))).toEqual(['new']);
    expect(queue.counts().inFlight).toBe(1);
  });

  it('lengthens and ends visibility only of messages in flight', () => {
    const queue = open().create('q', { ...QUEUE_DEFAULTS, visibilitySeconds: 10 });
    queue.send({ body: 'a' });
    const receipt = queue.receive(1)[0]?.receipt ?? '';
    expect(queue.setVisibility(receipt, 100)).toBe('done');
    now += 99_999;
    expect(queue.receive(1)).toEqual([]);
    expect(queue.setVisibility(receipt, 0)).toBe('done');
    expect(queue.setVisibility(receipt, 5)).toBe('not in flight');
    expect(queue.receive(1)).toHaveLength(1);
  });

  it('keeps thousands of delayed messages in the order of their times', () => {
    const queue = open().create('q', { ...QUEUE_DEFAULTS, visibilitySeconds: 43_200 });
    const delays = Array.from({ length: 1000 }, (_, index) => (index * 389) % 900);
    for (const delaySeconds of delays) queue.send({ body: String(delaySeconds), delaySeconds });
    const received: number[] = [];
    for (let second = 0; second < 900; second += 1) {
      for (let batch = queue.receive(10); batch.length > 0; batch = queue.receive(10)) received.push(...batch.map(({ body }) => Number(body)));
      now += 1000;
    }
    expect(received).toEqual(delays.toSorted((a, b) => a - b));
  });
});

describe('the journal', () => {
  it('brings back what was sent and not deleted: with receive counts, delays and dead letters, and what was in flight visible at once', () => {
    const before = open();
    const settings = { ...QUEUE_DEFAULTS, visibilitySeconds: 1000, redrive: { queue: 'dead', maxReceives: 1 } };
    before.create('dead', QUEUE_DEFAULTS);
    const queue = before.create('q', settings);
    queue.send({ body: 'deleted' });
    queue.remove(queue.receive(1)[0]?.receipt ?? '');
    queue.send({ body: 'poison' });
    queue.receive(1, 0);
    queue.receive(1);
    queue.send({ body: 'kept', group: 'g', attributes: { kind: { DataType: 'String', StringValue: 'x' } } });
    queue.send({ body: 'delayed', delaySeconds: 60 });
    before.create('other', QUEUE_DEFAULTS).send({ body: 'in flight' });
    before.get('other')?.receive(1);

    const after = open();
    after.create('dead', QUEUE_DEFAULTS);
    expect(bodies(after.get('dead')?.receive(10) ?? [])).toEqual(['poison']);
    expect(after.create('q', settings).receive(10)).toMatchObject([
      { body: 'kept', group: 'g', attributes: { kind: { DataType: 'String', StringValue: 'x' } } },
    ]);
    expect(after.create('other', QUEUE_DEFAULTS).receive(10)).toMatchObject([{ body: 'in flight', receives: 2 }]);
    now += 60_000;
    expect(bodies(after.get('q')?.receive(10) ?? [])).toEqual(['delayed']);
  });

  it('leaves out a last line that the kill cut off, and is rewritten without history', () => {
    const queue = open().create('q', QUEUE_DEFAULTS);
    for (let index = 0; index < 50; index += 1) {
      queue.send({ body: `m${index}` });
      queue.remove(queue.receive(1)[0]?.receipt ?? '');
    }
    queue.send({ body: 'kept' });
    const file = join(directory, 'queues.ndjson');
    writeFileSync(file, `${readFileSync(file, 'utf8')}{"is":"put","queue":"q","key":"1","mess`);
    expect(bodies(open().create('q', QUEUE_DEFAULTS).receive(10))).toEqual(['kept']);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
  });

  it('keeps messages of a queue that this start does not have', () => {
    open().create('gone', QUEUE_DEFAULTS).send({ body: 'kept' });
    open();
    expect(bodies(open().create('gone', QUEUE_DEFAULTS).receive(1))).toEqual(['kept']);
  });
});

describe('chaos', () => {
  const run = (seed: number): readonly string[] => {
    const queue = open(seed).create(`q${seed}`, { ...QUEUE_DEFAULTS, visibilitySeconds: 3600 });
    for (let index = 0; index < 200; index += 1) queue.send({ body: String(index) });
    const received: string[] = [];
    for (let round = 0; round < 30; round += 1) {
      for (let batch = queue.receive(10); batch.length > 0; batch = queue.receive(10)) received.push(...bodies(batch));
      now += 100;
    }
    return received;
  };

  it('delivers everything, some of it twice and out of order', () => {
    const received = run(7);
    expect(new Set(received).size).toBe(200);
    expect(received.length).toBeGreaterThan(205);
    expect(received).not.toEqual(received.toSorted((a, b) => Number(a) - Number(b)));
  });

  it('does the same again for the same seed', () => {
    const first = run(9);
    rmSync(join(directory, 'queues.ndjson'));
    now = 1_000_000;
    expect(run(9)).toEqual(first);
  });
});
