import { once } from 'node:events';
import type { Level, Write } from 'dynalite/db/index.js';
import { describe, expect, it } from 'vitest';
import { quicken } from '../../infra/local/quick-level.ts';

/** Writes end when they are told to; what is read of it comes in pages. */
const makeLevel = (pages: readonly (readonly string[] | string)[] = [['a', 'b'], ['c']]) => {
  const batches: (readonly Write[])[] = [];
  const underWay: (() => void)[] = [];
  let [open, closed] = [0, 0];
  const unused = (): never => {
    throw new Error('not asked for here');
  };
  const level: Level = {
    open: async () => undefined,
    close: async () => undefined,
    get: unused,
    put: unused,
    del: unused,
    createValueStream: unused,
    getSync: (key) => `value of ${key}`,
    batch: (writes) => {
      batches.push(writes);
      return new Promise((resolve) => underWay.push(resolve));
    },
    values: () => {
      open += 1;
      const left = [...pages];
      return {
        nextv: async () => {
          const page = left.shift() ?? [];
          if (typeof page === 'string') throw new Error(page);
          return page;
        },
        close: async () => {
          closed += 1;
        },
      };
    },
  };
  quicken(level);
  return { level, batches, end: () => underWay.shift()?.(), iterators: () => ({ open, closed }) };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('LevelDB for dynalite', () => {
  it('is written entries of indexes together with their item, which alone waits for the disk', async () => {
    const { level, batches, end } = makeLevel();
    const told: string[] = [];
    level.del('index-global~T~kind~old', () => told.push('entry'));
    level.put('index-global~T~kind~new', { n: 1 }, () => told.push('entry'));
    await turn();
    expect([told, batches]).toEqual([['entry', 'entry'], []]);
    level.put('item-T~x', { n: 1 }, () => told.push('item'));
    await turn();
    expect(batches.map((writes) => writes.map(({ type, key }) => `${type} ${key}`))).toEqual([
      ['del index-global~T~kind~old', 'put index-global~T~kind~new', 'put item-T~x'],
    ]);
    expect(told).toHaveLength(2);
    end();
    await turn();
    expect(told).toEqual(['entry', 'entry', 'item']);
  });

  it('takes what comes while a write is under way as the next one', async () => {
    const { level, batches, end } = makeLevel();
    const told: number[] = [];
    level.put('item-T~1', {}, () => told.push(1));
    await turn();
    for (const n of [2, 3]) level.put(`item-T~${n}`, {}, () => told.push(n));
    await turn();
    expect(batches).toHaveLength(1);
    end();
    await turn();
    expect([batches.map((writes) => writes.length), told]).toEqual([[1, 2], [1]]);
    end();
    await turn();
    expect(told).toEqual([1, 2, 3]);
  });

  it('keeps an item as it was when it was put', async () => {
    const { level, batches } = makeLevel();
    const item = { status: 'CREATING' };
    level.put('item-T~1', item, () => undefined);
    item.status = 'ACTIVE';
    await turn();
    expect(batches[0]?.[0]).toMatchObject({ value: '{"status":"CREATING"}', valueEncoding: 'utf8' });
  });

  it.each([
    { what: 'read to its end', most: 4, told: ['a', 'b', 'c', 'end'] },
    { what: 'left in the middle', most: 1, told: ['a'] },
  ])('lets go of an iterator that is $what', async ({ most, told }) => {
    const { level, iterators } = makeLevel();
    const stream = level.createValueStream({});
    const heard: unknown[] = [];
    stream.on('data', (value) => {
      if (heard.push(value) === most) stream.destroy();
    });
    stream.on('end', () => heard.push('end'));
    await turn();
    expect([heard, iterators()]).toEqual([told, { open: 1, closed: 1 }]);
  });

  it('hears of an iterator that cannot be read', async () => {
    const { level, iterators } = makeLevel(['damaged']);
    const [error] = await once(level.createValueStream({}), 'error');
    await turn();
    expect(String(error)).toBe('Error: damaged');
    expect(iterators().closed).toBe(1);
  });
});
