import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claim } from '../../infra/local/claim.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claim-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the claim of a data directory', () => {
  it.each(['', 'garbage', '0', '-1', '1 17', `${process.pid}`, '999999 123'])('is not kept from anybody by an engine.pid of %j', (left) => {
    writeFileSync(join(directory, 'engine.pid'), left);
    const free = claim(directory);
    expect(readFileSync(join(directory, 'engine.pid'), 'utf8')).toBe(String(process.pid));
    free();
    expect(existsSync(join(directory, 'engine.pid'))).toBe(false);
  });

  it('is refused while another one has it, and free again afterwards', () => {
    const free = claim(directory);
    expect(() => claim(directory)).toThrow(
      `a local engine (pid ${process.pid}) runs on ${directory} already: stop it, or start this one with another --data directory`,
    );
    expect(readFileSync(join(directory, 'engine.pid'), 'utf8')).toBe(String(process.pid));
    free();
    claim(directory)();
  });

  it('names a lock file that is none', () => {
    writeFileSync(join(directory, 'engine.lock'), 'not a lock '.repeat(100));
    expect(() => claim(directory)).toThrow(/engine\.lock cannot be locked \(file is not a database\): delete it/);
  });

  it('goes to exactly one of several processes that try at the same moment, and ends with kill -9', async () => {
    const racers = Array.from({ length: 3 }, () =>
      fork(fileURLToPath(new URL('./claim-racer.ts', import.meta.url)), { execArgv: ['--disable-warning=ExperimentalWarning'] }),
    );
    const ask = async (racer: ChildProcess, message: string): Promise<unknown> => {
      const answer = once(racer, 'message');
      racer.send(message);
      return (await answer)[0];
    };
    try {
      await Promise.all(racers.map((racer) => once(racer, 'message')));
      for (let round = 0; round < 100; round += 1) {
        writeFileSync(join(directory, 'engine.pid'), '999999 123');
        const answers = await Promise.all(racers.map((racer) => ask(racer, directory)));
        expect(answers.toSorted(), `round ${round}`).toEqual(['claimed', 'refused', 'refused']);
        await Promise.all(racers.map((racer) => ask(racer, 'free')));
      }
      const [holder] = racers;
      if (holder === undefined) throw new Error('no racer');
      expect(await ask(holder, directory)).toBe('claimed');
      const exited = once(holder, 'exit');
      holder.kill('SIGKILL');
      await exited;
      claim(directory)();
    } finally {
      for (const racer of racers) racer.kill('SIGKILL');
    }
  });
});
