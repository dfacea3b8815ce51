/** Errors of the data directory in one sentence with the cure: the engine writes nowhere else. */
import { resolve, sep } from 'node:path';

const CURES: Readonly<Record<string, string>> = {
  ENOSPC: 'free space and start again',
  EDQUOT: 'free space, or have the quota raised, and start again',
  EFBIG: 'raise the limit for the size of a file (ulimit -f) and start again',
  EROFS: 'start again with a --data directory on a file system that can be written',
  EACCES: 'start again with a --data directory that this user may write',
  EPERM: 'start again with a --data directory that this user may write',
  EIO: 'check the disk, or start again with another --data directory',
};

/** LevelDB gives the words of the system instead of its code. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/No space left on device/i, 'ENOSPC'],
  [/Disk quota exceeded/i, 'EDQUOT'],
  [/File too large/i, 'EFBIG'],
  [/Read-only file system/i, 'EROFS'],
  [/Permission denied/i, 'EACCES'],
  [/Operation not permitted/i, 'EPERM'],
  [/Input\/output error/i, 'EIO'],
];

/** The sentence; undefined when the error is of another kind or another place. */
export const diskTrouble = (error: unknown, directory: string): string | undefined => {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  if ('syscall' in error && OTHER_CALLS.test(String(error.syscall))) return undefined;
  if ('path' in error && typeof error.path === 'string' && !isWithin(error.path, directory)) return undefined;
  const code = error.code === 'LEVEL_IO_ERROR' ? (WORDS.find(([words]) => words.test(error.message))?.[1] ?? 'EIO') : String(error.code);
  const cure = CURES[code];
  return cure === undefined ? undefined : `${directory} cannot be written (${code}): ${cure}`;
};

/** Ports and processes know EACCES and EPERM too. */
const OTHER_CALLS = /^(listen|bind|spawn|kill|connect)/;

const isWithin = (path: string, directory: string): boolean => `${resolve(path)}${sep}`.startsWith(`${resolve(directory)}${sep}`);
