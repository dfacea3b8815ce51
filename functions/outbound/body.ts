/** Reads what is worth reading of an answer, and no more. */
import type { Readable } from 'node:stream';

const MOST_BYTES = 65_536;

interface ReadBody {
  readonly body: Buffer;
  /** False when the sender had more, or stopped before its end. */
  readonly complete: boolean;
}

/** Ends at the end of the answer, after `mostBytes`, when the connection breaks, or when it is destroyed: the status is known by then, so none of these is a failure. */
export const readBody = (incoming: Readable, mostBytes = MOST_BYTES): Promise<ReadBody> =>
  new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const end = (complete: boolean): void => {
      incoming.destroy();
      resolve({ body: Buffer.concat(parts, bytes), complete });
    };
    const cut = (): void => end(false);
    incoming.on('data', (part: Buffer) => {
      const room = mostBytes - bytes;
      parts.push(part.subarray(0, room));
      bytes += Math.min(part.length, room);
      if (part.length > room) cut();
    });
    incoming.on('end', () => end(true));
    incoming.on('error', cut);
    incoming.on('close', cut);
  });
