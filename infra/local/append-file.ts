/** A file that grows by whole pieces: a full disk writes half a line and reports only the next one, so nobody else looks at how much was written. */
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** Gives how many bytes it wrote, as `writeSync` does: on a full disk fewer than it got. */
export type Write = (descriptor: number, bytes: Uint8Array) => number;

export interface AppendFile {
  /** When it returns, the whole text is in the file; when it throws, nothing of it. */
  append(text: string): void;
  bytes(): number;
  close(): void;
}

export const openAppendFile = (file: string, write: Write = writeSync): AppendFile => {
  const descriptor = openSync(file, 'a', 0o600);
  let good = fstatSync(descriptor).size;
  let torn = false;

  const cut = (): void => {
    ftruncateSync(descriptor, good);
    torn = false;
  };

  return {
    append: (text) => {
      const bytes = Buffer.from(text);
      // The cut may have failed as well: nothing may follow half a line.
      if (torn) cut();
      try {
        for (let done = 0; done < bytes.length; ) {
          const wrote = write(descriptor, bytes.subarray(done));
          torn = true;
          if (wrote === 0) throw new Error(`${file}: wrote 0 of ${bytes.length - done} bytes`);
          done += wrote;
        }
        torn = false;
        good += bytes.length;
      } catch (error) {
        if (torn) tryTo(cut);
        throw error;
      }
    },
    bytes: () => good,
    close: () => closeSync(descriptor),
  };
};

/** The first error is the one to hear of. */
const tryTo = (act: () => void): void => {
  try {
    act();
  } catch {
    // Made good before the next append.
  }
};
