/**
 * LevelDB as dynalite uses it, without waiting for its other threads: to wake one costs several times what a read does,
 * which finds its bytes in memory. What is written in one turn, or while a write is under way, is one batch. Each answer
 * still waits until LevelDB has it: whatever was acknowledged survives `kill -9`.
 */
import { Stream } from 'node:stream';
import type { Done, Level, ValueStream, Values, Write } from 'dynalite/db/index.js';

/** How dynalite begins the keys of the entries of indexes. */
const INDEX = 'index-';
/** Values that are fetched at once: most queries are of few, and a page that is full wants no more. */
const AT_ONCE = 32;

export const quicken = (level: Level): void => {
  let gathered: Write[] = [];
  let waiting: Done[] = [];
  let writing = false;

  const flush = async (): Promise<void> => {
    if (writing || waiting.length === 0) return;
    const [writes, told] = [gathered, waiting];
    [gathered, waiting, writing] = [[], [], true];
    const failed = await level.batch(writes).then(
      () => null,
      (error: Error) => error,
    );
    writing = false;
    for (const done of told) queueMicrotask(() => done(failed));
    // After a write that failed LevelDB takes none: the engine ends, and says why.
    if (failed !== null)
      setImmediate(() => {
        throw failed;
      });
    void flush();
  };

  /** Entries of indexes go with their item, which dynalite writes right after them: then none of both is ever there alone. */
  const write = (one: Write, done: Done): void => {
    gathered.push(one);
    if (one.key.startsWith(INDEX)) done(null);
    else if (waiting.push(done) === 1) queueMicrotask(() => void flush());
  };

  level.put = (key, value, done) => write({ type: 'put', key, value: JSON.stringify(value), valueEncoding: 'utf8' }, done);
  level.del = (key, done) => write({ type: 'del', key }, done);
  // What is not open throws: dynalite's actions pass that on to whoever began them.
  level.get = (key, done) => done(null, level.getSync(key));
  level.createValueStream = (range) => streamOf(level.values(range));
};

/** As much of a stream as dynalite uses. Its own iterators stay open, and hold what LevelDB would tidy up. */
const streamOf = (values: Values): ValueStream => {
  let wanted = true;
  const stream = Object.assign(new Stream(), {
    destroy: () => {
      wanted = false;
    },
  });
  const read = async (): Promise<void> => {
    for (let page = await values.nextv(AT_ONCE); page.length > 0 && wanted; page = await values.nextv(AT_ONCE))
      for (const value of page) if (wanted) stream.emit('data', value);
    if (wanted) stream.emit('end');
  };
  read()
    .catch((error: unknown) => stream.emit('error', error))
    .finally(() => values.close());
  return stream;
};
