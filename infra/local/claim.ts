/**
 * One engine at a time on a data directory. What decides is a lock of the operating system, which ends with its process however that ends: process ids
 * are given again, and a file that says "taken" outlives a kill. Node offers such a lock only through SQLite, whose file stays empty here.
 * The process id stands in a file of its own, for the message to whoever comes second.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { writeWhole } from './write-whole.ts';

/** SQLite's result code for a file that another one has locked. */
const BUSY = 5;

/** Throws, naming the other process, when an engine runs on the directory already. Gives the function that frees it. */
export const claim = (directory: string): (() => void) => {
  const [lockFile, pidFile] = [join(directory, 'engine.lock'), join(directory, 'engine.pid')];
  const lock = locked(
    lockFile,
    () => `a local engine${readPid(pidFile)} runs on ${directory} already: stop it, or start this one with another --data directory`,
  );
  try {
    writeWhole(pidFile, String(process.pid));
  } catch (error) {
    lock.close();
    throw error;
  }
  return () => {
    rmSync(pidFile, { force: true });
    // The empty file stays: whoever deletes a lock may delete that of the next one.
    lock.close();
  };
};

const locked = (file: string, taken: () => string): DatabaseSync => {
  const lock = new DatabaseSync(file);
  try {
    // In memory: else SQLite may leave a second file.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) throw new Error(taken());
    throw new Error(
      `${file} cannot be locked (${error instanceof Error ? error.message : String(error)}): delete it, or start with a --data directory on a local disk`,
    );
  }
};

/** Whatever stands there: an older engine, a crash or somebody by hand may have left it empty or with nonsense. */
const readPid = (file: string): string => {
  try {
    const pid = readFileSync(file, 'utf8').trim();
    return /^[1-9]\d*$/.test(pid) ? ` (pid ${pid})` : '';
  } catch {
    return '';
  }
};
