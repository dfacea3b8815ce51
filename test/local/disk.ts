/** A disk that can become full, as a real one does it: what fits is written, the next bytes are refused. */
import { writeSync } from 'node:fs';
import type { Write } from '../../infra/local/append-file.ts';

export interface Disk {
  readonly write: Write;
  /** From now on so many bytes fit. */
  fits(bytes: number): void;
}

export const makeDisk = (): Disk => {
  let room = Number.POSITIVE_INFINITY;
  return {
    write: (descriptor, bytes) => {
      if (room === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28, syscall: 'write' });
      const wrote = writeSync(descriptor, bytes.subarray(0, Math.min(room, bytes.length)));
      room -= wrote;
      return wrote;
    },
    fits: (bytes) => {
      room = bytes;
    },
  };
};
