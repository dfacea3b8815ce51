/** What may happen to a queue, as the journal keeps it; and readers of it. */
import { fields, isFields, number, optionalNumber, optionalText, text } from './json.ts';
import type { MessageAttribute, StoredMessage } from './queue.ts';

export type QueueChange =
  | { readonly is: 'put'; readonly queue: string; readonly key: string; readonly message: StoredMessage }
  | { readonly is: 'take'; readonly queue: string; readonly key: string; readonly receives: number; readonly firstReceivedAt: number }
  | { readonly is: 'drop'; readonly queue: string; readonly key: string }
  | { readonly is: 'move'; readonly queue: string; readonly key: string; readonly to: string; readonly message: StoredMessage }
  | { readonly is: 'purge'; readonly queue: string };

export const readChange = (value: unknown, where: string): QueueChange => {
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
