/**
 * The queues on disk: one JSON line for each change, written before the change is answered, so that whatever was acknowledged survives `kill -9`.
 * (Not a power cut: there is no fsync, the kernel still holds the bytes.) Rewritten without its history at start and whenever it has grown much.
 */
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { type AppendFile, openAppendFile, type Write } from './append-file.ts';
import { parseJson } from './json.ts';
import type { StoredMessage } from './queue.ts';
import { type QueueChange, readChange } from './queue-change.ts';

/** Messages by queue name and key. */
type QueueContents = Map<string, Map<string, StoredMessage>>;

interface QueueJournal {
  /** Throws when the change is not on disk: then it must not be made. */
  append(change: QueueChange): void;
  close(): void;
}

export interface JournalSettings {
  /** How bytes reach the disk: else as Node writes them. */
  readonly write?: Write;
  readonly compactAfterBytes?: number;
}

const COMPACT_AFTER_BYTES = 64 * 1024 * 1024;

type Contents = () => Iterable<readonly [string, Iterable<readonly [string, StoredMessage]>]>;

/** `contents` is asked for what stands now, whenever the file is rewritten. */
export const openJournal = (file: string, contents: Contents, { write, compactAfterBytes = COMPACT_AFTER_BYTES }: JournalSettings = {}): QueueJournal => {
  /** The former file stands until the new one is whole. */
  const rewrite = (last: string): AppendFile => {
    const name = `${file}.new`;
    rmSync(name, { force: true });
    const fresh = openAppendFile(name, write);
    try {
      for (const [queue, messages] of contents())
        for (const [key, message] of messages) fresh.append(`${JSON.stringify({ is: 'put', queue, key, message })}\n`);
      fresh.append(last);
      renameSync(name, file);
      return fresh;
    } catch (error) {
      fresh.close();
      rmSync(name, { force: true });
      throw error;
    }
  };

  let journal = rewrite('');
  let grownTo = journal.bytes();

  /** The change itself is not yet in `contents`: it follows the rewritten part. */
  const compact = (change: string): void => {
    const former = journal;
    try {
      journal = rewrite(change);
      former.close();
    } catch {
      // No room for two of them: the former one has everything, and is tried again when it has grown as much once more.
    }
    grownTo = journal.bytes();
  };

  return {
    append: (change) => {
      const line = `${JSON.stringify(change)}\n`;
      journal.append(line);
      if (journal.bytes() - grownTo >= compactAfterBytes) compact(line);
    },
    close: () => journal.close(),
  };
};

/** What an earlier run left. Its last line may be cut off by the kill, or be no line at all: then it was never answered, and is left out. */
export const readJournal = (file: string): QueueContents => {
  const contents: QueueContents = new Map();
  if (!existsSync(file)) return contents;
  const lines = readFileSync(file, 'utf8').split('\n');
  // What follows the last line break was never written to its end.
  lines.pop();
  lines.forEach((line, index) => {
    const where = `${file} line ${index + 1}`;
    const read = line === '' ? undefined : parsed(line, where, index === lines.length - 1);
    if (read !== undefined) replay(contents, readChange(read, where));
  });
  return contents;
};

const parsed = (line: string, where: string, last: boolean): unknown => {
  try {
    return parseJson(line, where);
  } catch (error) {
    if (last) return undefined;
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}: take that line out of the file, or move the file away (what waits in it is then not delivered), and start again`);
  }
};

const replay = (contents: QueueContents, change: QueueChange): void => {
  const messages = contents.get(change.queue) ?? new Map<string, StoredMessage>();
  contents.set(change.queue, messages);
  if (change.is === 'put') messages.set(change.key, backInSight(change.message));
  if (change.is === 'purge') messages.clear();
  if (change.is === 'drop' || change.is === 'move') messages.delete(change.key);
  if (change.is === 'move') contents.set(change.to, (contents.get(change.to) ?? new Map<string, StoredMessage>()).set(change.key, change.message));
  if (change.is === 'take') {
    const message = messages.get(change.key);
    if (message !== undefined) messages.set(change.key, backInSight({ ...message, receives: change.receives, firstReceivedAt: change.firstReceivedAt }));
  }
};

/** Whoever had received a message was a child of the killed engine: visible again at once. A delayed one stays delayed. */
const backInSight = (message: StoredMessage): StoredMessage => (message.receives === 0 ? message : { ...message, visibleAt: message.sentAt });
