/** MD5 sums of SQS answers: clients compare them with what they sent. The attribute encoding is that of the SQS developer guide, "Calculating the MD5 message digest for message attributes". */
import { createHash } from 'node:crypto';
import type { MessageAttribute } from './queue.ts';

export const md5 = (data: string | Buffer): string => createHash('md5').update(data).digest('hex');

const sized = (data: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
};

export const md5OfAttributes = (attributes: Readonly<Record<string, MessageAttribute>>): string | undefined => {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const parts = names.flatMap((name) => {
    const attribute = attributes[name];
    if (attribute === undefined) return [];
    const binary = attribute.DataType.startsWith('Binary');
    const value = binary ? Buffer.from(attribute.BinaryValue ?? '', 'base64') : Buffer.from(attribute.StringValue ?? '');
    return [sized(Buffer.from(name)), sized(Buffer.from(attribute.DataType)), Buffer.from([binary ? 2 : 1]), sized(value)];
  });
  return md5(Buffer.concat(parts));
};
