/**
 * The queues on disk: one JSON line for each change, written before the change is answered, so that whatever was acknowledged survives `kill -9`.
 * (Not a power cut: there is no fsync, the kernel still holds the bytes.) Rewritten without its history at start and whenever it has grown much.
 */
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { fields, isFields, number, optionalNumber, optionalText, parseJson, text } from './json.ts';
import type { MessageAttribute, StoredMessage } from './queue.ts';

export type QueueChange =
  | { readonly is: 'put'; readonly queue: string; readonly key: string; readonly message: StoredMessage }
  | { readonly is: 'take'; readonly queue: string; readonly key: string; readonly receives: number; readonly firstReceivedAt: number }
  | { readonly is: 'drop'; readonly queue: string; readonly key: string }
  | { readonly is: 'move'; readonly queue: string; readonly key: string; readonly to: string; readonly message: StoredMessage }
  | { readonly is: 'purge'; readonly queue: string };

/** Messages by queue name and key. */
export type QueueContents = Map<string, Map<string, StoredMessage>>;

export interface QueueJournal {
  append(change: QueueChange): void;
  close(): void;
}

const COMPACT_AFTER_BYTES = 64 * 1024 * 1024;

/** `contents` is asked for what stands now, whenever the file is rewritten. */
export const openJournal = (file: string, contents: () => Iterable<readonly [string, Iterable<readonly [string, StoredMessage]>]>): QueueJournal => {
  let written = 0;

  const rewrite = (): number => {
    const fresh = `${file}.new`;
    const out = openSync(fresh, 'w', 0o600);
    for (const [queue, messages] of contents())
      for (const [key, message] of messages) writeSync(out, `${JSON.stringify({ is: 'put', queue, key, message })}\n`);
    closeSync(out);
    renameSync(fresh, file);
    return openSync(file, 'a', 0o600);
  };

  let descriptor = rewrite();
  return {
    append: (change) => {
      const line = `${JSON.stringify(change)}\n`;
      writeSync(descriptor, line);
      written += line.length;
      if (written < COMPACT_AFTER_BYTES) return;
      // The change itself is not yet in `contents`: it follows the rewritten part.
      closeSync(descriptor);
      descriptor = rewrite();
      writeSync(descriptor, line);
      written = 0;
    },
    close: () => closeSync(descriptor),
  };
};

/** What an earlier run left. Its last line may be cut off by the kill: then it was never answered, and is left out. */
export const readJournal = (file: string): QueueContents => {
  const contents: QueueContents = new Map();
  if (!existsSync(file)) return contents;
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.forEach((line, index) => {
    if (line !== '' && index < lines.length - 1) replay(contents, readChange(parseJson(line, `${file} line ${index + 1}`), `${file} line ${index + 1}`));
  });
  return contents;
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

const readChange = (value: unknown, where: string): QueueChange => {
  const change = fields(value, where);
  const queue = text(change.queue, where);
  if (change.is === 'purge') return { is: 'purge', queue };
  const key = text(change.key, where);
  if (change.is === 'drop') return { is: 'drop', queue, key };
  if (change.is === 'put') return { is: 'put', queue, key, message: readMessage(change.message, where) };
  if (change.is === 'move') return { is: 'move', queue, key, to: text(change.to, where), message: readMessage(change.message, where) };
  if (change.is === 'take') return { is: 'take', queue, key, receives: number(change.receives, where), firstReceivedAt: number(change.firstReceivedAt, where) };
  throw new Error(`${where}: ${String(change.is)} is no change of a queue; the file was written by something else: move it away and start again`);
};

const readMessage = (value: unknown, where: string): StoredMessage => {
  const message = fields(value, where);
  const [group, firstReceivedAt, deadFrom] = [
    optionalText(message.group, where),
    optionalNumber(message.firstReceivedAt, where),
    optionalText(message.deadFrom, where),
  ];
  return {
    messageId: text(message.messageId, where),
    body: text(message.body, where),
    attributes: readAttributes(message.attributes, where),
    sentAt: number(message.sentAt, where),
    visibleAt: number(message.visibleAt, where),
    receives: number(message.receives, where),
    ...(group === undefined ? {} : { group }),
    ...(firstReceivedAt === undefined ? {} : { firstReceivedAt }),
    ...(deadFrom === undefined ? {} : { deadFrom }),
  };
};

/** Message attributes in the protocol's shape, from the journal or from a request. */
export const readAttributes = (value: unknown, where: string): Readonly<Record<string, MessageAttribute>> => {
  if (!isFields(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const attribute = fields(item, `${where} attribute ${name}`);
      const [StringValue, BinaryValue] = [optionalText(attribute.StringValue, where), optionalText(attribute.BinaryValue, where)];
      return [
        name,
        {
          DataType: text(attribute.DataType, `${where} attribute ${name} DataType`),
          ...(StringValue === undefined ? {} : { StringValue }),
          ...(BinaryValue === undefined ? {} : { BinaryValue }),
        },
      ];
    }),
  );
};
