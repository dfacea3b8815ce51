/** What a full disk does to the journal: nothing that was acknowledged is lost, nothing that was refused is kept, and the file stays readable. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAppendFile } from '../../infra/local/append-file.ts';
import { calm } from '../../infra/local/chaos.ts';
import { diskTrouble } from '../../infra/local/disk-trouble.ts';
import { openLogs } from '../../infra/local/log-files.ts';
import { QUEUE_DEFAULTS } from '../../infra/local/plan-queues.ts';
import type { JournalSettings } from '../../infra/local/queue-journal.ts';
import { openQueues, type Queues } from '../../infra/local/queues.ts';
import { makeDisk } from './disk.ts';

let directory = '';
let ids = 0;
const newId = (): string => `00000000-0000-0000-0000-${String(++ids).padStart(12, '0')}`;
const open = (journal?: JournalSettings): Queues =>
  openQueues({ directory, now: () => 1_000_000, newId, chaos: calm, ...(journal === undefined ? {} : { journal }) });
const bodies = (messages: readonly { readonly body: string }[]): readonly string[] => messages.map(({ body }) => body);
const afterRestart = (name = 'q'): readonly string[] => bodies(open().create(name, QUEUE_DEFAULTS).receive(10));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'full-disk-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the journal on a disk that becomes full', () => {
  it('refuses what does not fit, goes on when there is space again, and is readable at the next start', () => {
    const disk = makeDisk();
    const queue = open({ write: disk.write }).create('q', QUEUE_DEFAULTS);
    queue.send({ body: 'before' });
    disk.fits(60);
    expect(() => queue.send({ body: 'cut off in the middle' })).toThrow('ENOSPC');
    expect(queue.counts().visible).toBe(1);
    disk.fits(Number.POSITIVE_INFINITY);
    queue.send({ body: 'after ☂' });
    expect(afterRestart()).toEqual(['before', 'after ☂']);
  });

  it('does so on a real limit of the system, which writes a piece and then refuses', () => {
    const script = `
      import { randomUUID as newId } from 'node:crypto';
      import { openQueues } from ${JSON.stringify(new URL('../../infra/local/queues.ts', import.meta.url).href)};
      import { calm } from ${JSON.stringify(new URL('../../infra/local/chaos.ts', import.meta.url).href)};
      const queue = openQueues({ directory: process.argv[1], now: () => 1, newId, chaos: calm }).create('q', ${JSON.stringify(QUEUE_DEFAULTS)});
      const sent = [];
      for (let n = 0; n < 40; n += 1) {
        try { queue.send({ body: n + ' ' + 'x'.repeat(n * 37 % 110) }); sent.push(n); } catch {}
      }
      console.log(sent.length);`;
    // In blocks of 512 or 1024 bytes, as the shell has it: less than 40 messages need either way.
    const command = ['ulimit -f 4; exec "$0" --disable-warning=ExperimentalWarning --input-type=module -e "$1" "$2"', process.execPath, script, directory];
    const sent = Number(execFileSync('/bin/sh', ['-c', ...command], { encoding: 'utf8' }));
    expect(sent).toBeGreaterThan(1);
    expect(sent).toBeLessThan(40);
    expect(open().create('q', QUEUE_DEFAULTS).counts().visible).toBe(sent);
  });

  it('keeps the former file when there is no room to rewrite it', () => {
    const disk = makeDisk();
    const queue = open({ write: disk.write, compactAfterBytes: 1 }).create('q', QUEUE_DEFAULTS);
    queue.send({ body: 'first' });
    disk.fits(400);
    queue.send({ body: 'second' });
    expect(existsSync(join(directory, 'queues.ndjson.new'))).toBe(false);
    disk.fits(Number.POSITIVE_INFINITY);
    queue.send({ body: 'third' });
    expect(afterRestart()).toEqual(['first', 'second', 'third']);
  });

  it('leaves in the dead-letter queue what it could not move back', () => {
    const disk = makeDisk();
    const queues = open({ write: disk.write });
    const [home, dead] = [queues.create('q', QUEUE_DEFAULTS), queues.create('dead', QUEUE_DEFAULTS)];
    for (const body of ['one', 'two', 'three']) dead.send({ body });
    disk.fits(300);
    expect(() => queues.moveBack(dead, home)).toThrow('ENOSPC');
    expect([home.counts().visible, dead.counts().visible]).toEqual([1, 2]);
    disk.fits(Number.POSITIVE_INFINITY);
    expect(queues.moveBack(dead, home)).toBe(2);
    expect(afterRestart()).toEqual(['one', 'two', 'three']);
  });
});

describe('a file of lines', () => {
  it('cuts half a line off, and at the latest before the next one', () => {
    const file = join(directory, 'lines');
    const disk = makeDisk();
    const lines = openAppendFile(file, disk.write);
    lines.append('first\n');
    disk.fits(3);
    expect(() => lines.append('second\n')).toThrow('ENOSPC');
    expect(readFileSync(file, 'utf8')).toBe('first\n');
    disk.fits(Number.POSITIVE_INFINITY);
    lines.append('third\n');
    expect(readFileSync(file, 'utf8')).toBe('first\nthird\n');
    lines.close();
  });

  it('goes on where a write was only partly done', () => {
    const file = join(directory, 'lines');
    const lines = openAppendFile(file, (descriptor, bytes) => writeSync(descriptor, bytes.subarray(0, 2)));
    lines.append('☂ in pieces\n');
    lines.close();
    expect(readFileSync(file, 'utf8')).toBe('☂ in pieces\n');
  });
});

describe('the logs on a full disk', () => {
  it('lose lines and say so once, and go on when there is space again', () => {
    const disk = makeDisk();
    const printed: string[] = [];
    const logs = openLogs({ directory, now: () => 0, print: (line) => printed.push(line), verbose: false, write: disk.write });
    logs.line('f', 'stdout', '{"n":1}');
    disk.fits(3);
    logs.line('f', 'stdout', '{"n":2}');
    logs.line('f', 'stderr', 'three');
    expect(printed).toEqual([expect.stringMatching(/^log lines are lost: .* cannot be written \(ENOSPC.*kept again when it can$/)]);
    disk.fits(Number.POSITIVE_INFINITY);
    logs.line('f', 'stdout', '{"n":4}');
    expect(readFileSync(join(directory, 'f.ndjson'), 'utf8')).toBe([1, 4].map((n) => `{"time":"1970-01-01T00:00:00.000Z","n":${n}}\n`).join(''));
    disk.fits(0);
    logs.line('f', 'stdout', '{"n":5}');
    expect(printed).toHaveLength(2);
    logs.close();
  });

  it('lose lines, not the engine, when their directory is gone', () => {
    const printed: string[] = [];
    const logs = openLogs({ directory: join(directory, 'logs'), now: () => 0, print: (line) => printed.push(line), verbose: false });
    rmSync(join(directory, 'logs'), { recursive: true });
    logs.line('f', 'stdout', 'said');
    expect(printed).toHaveLength(1);
    logs.close();
  });
});

describe('what a full disk is called', () => {
  const error = (code: string, more: object, message = ''): Error => Object.assign(new Error(message), { code, ...more });
  it.each([
    [error('ENOSPC', { syscall: 'write' }), 'd cannot be written (ENOSPC): free space and start again'],
    [error('LEVEL_IO_ERROR', {}, 'IO error: d/tables/000003.log: No space left on device'), 'd cannot be written (ENOSPC): free space and start again'],
    [
      error('LEVEL_IO_ERROR', {}, 'IO error: d/tables/000003.log: bad block'),
      'd cannot be written (EIO): check the disk, or start again with another --data directory',
    ],
    [
      error('EACCES', { syscall: 'open', path: 'd/queues.ndjson' }),
      'd cannot be written (EACCES): start again with a --data directory that this user may write',
    ],
    [error('EACCES', { syscall: 'open', path: 'elsewhere/manifest.json' }), undefined],
    [error('EACCES', { syscall: 'listen' }), undefined],
    [error('ERR_SOMETHING', {}), undefined],
    ['ENOSPC', undefined],
  ])('%s', (thrown, expected) => {
    expect(diskTrouble(thrown, 'd')).toBe(expected);
  });
});

describe('the journal at start', () => {
  const file = (): string => join(directory, 'queues.ndjson');
  const line = (body: string): string => {
    const message = { messageId: body, body, attributes: {}, sentAt: 1, visibleAt: 1, receives: 0 };
    return JSON.stringify({ is: 'put', queue: 'q', key: newId(), message });
  };

  it.each(['{"is":"put","queue":"q","key":"1","mess', '{"is":"pu\n', '\0\0\0\0', '\0\0\0\n'])('leaves out a last line that is none: %j', (torn) => {
    writeFileSync(file(), `${line('kept')}\n${torn}`);
    expect(afterRestart()).toEqual(['kept']);
  });

  it('names a line inside that nobody can read, and the cure', () => {
    writeFileSync(file(), `${line('first')}\n{"is":"pu\n${line('last')}\n`);
    expect(() => open()).toThrow(/queues\.ndjson line 2: not JSON .*take that line out of the file, or move the file away/);
  });

  it('is rewritten whenever its history has grown, with what still waits', () => {
    const queue = open({ compactAfterBytes: 2000 }).create('q', QUEUE_DEFAULTS);
    queue.send({ body: 'kept', delaySeconds: 0 });
    const [kept] = queue.receive(1, 0);
    for (let index = 0; index < 50; index += 1) {
      queue.send({ body: `m${index}` });
      for (const { body, receipt } of queue.receive(2, 0)) if (body !== kept?.body) queue.remove(receipt);
    }
    expect(statSync(file()).size).toBeLessThan(3000);
    expect(afterRestart()).toEqual(['kept']);
  });
});
