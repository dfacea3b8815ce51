/** Reads requests of the SQS JSON protocol, with the limits and error names of SQS. */
import { AwsError } from './aws-error.ts';
import { type Fields, isFields } from './json.ts';
import type { MessageAttribute, Outgoing } from './queue.ts';
import { readAttributes } from './queue-change.ts';

export const LARGEST_BYTES = 1_048_576;
const LARGEST_BATCH = 10;
const LONGEST_DELAY_SECONDS = 900;
export const LONGEST_VISIBILITY_SECONDS = 43_200;
export const LONGEST_WAIT_SECONDS = 20;
/** What XML 1.0 forbids, and SQS with it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be found
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

export const invalid = (message: string): AwsError => new AwsError('InvalidParameterValue', message);

export const wholeNumber = (value: unknown, name: string, least: number, most: number): number | undefined => {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw invalid(`Value ${String(value)} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}.`);
  return value;
};

export const requiredText = (request: Fields, name: string): string => {
  const value = request[name];
  if (typeof value !== 'string' || value === '') throw new AwsError('MissingParameter', `The request must contain the parameter ${name}.`);
  return value;
};

export const readOutgoing = (entry: Fields, largest: number): Outgoing & { readonly bytes: number } => {
  const body = requiredText(entry, 'MessageBody');
  const attributes = readAttributes(entry.MessageAttributes, 'MessageAttributes');
  const bytes = Buffer.byteLength(body) + attributeBytes(attributes);
  if (bytes > largest) throw invalid(`One or more parameters are invalid. Reason: Message must be shorter than ${largest} bytes.`);
  if (FORBIDDEN.test(body)) throw new AwsError('InvalidMessageContents', 'The message contains characters outside the allowed set.');
  const group = typeof entry.MessageGroupId === 'string' ? entry.MessageGroupId : undefined;
  const delaySeconds = wholeNumber(entry.DelaySeconds, 'DelaySeconds', 0, LONGEST_DELAY_SECONDS);
  return { body, attributes, bytes, ...(group === undefined ? {} : { group }), ...(delaySeconds === undefined ? {} : { delaySeconds }) };
};

const attributeBytes = (attributes: Readonly<Record<string, MessageAttribute>>): number =>
  Object.entries(attributes).reduce(
    (sum, [name, { DataType, StringValue = '', BinaryValue = '' }]) =>
      sum + Buffer.byteLength(name + DataType + StringValue) + Buffer.from(BinaryValue, 'base64').length,
    0,
  );

/** The entries of a batch with their ids checked; each is then answered by itself. */
export const readEntries = (request: Fields): readonly { readonly id: string; readonly entry: Fields }[] => {
  const entries = Array.isArray(request.Entries) ? request.Entries.filter(isFields) : [];
  if (entries.length === 0)
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.', { queryCode: 'AWS.SimpleQueueService.EmptyBatchRequest' });
  if (entries.length > LARGEST_BATCH)
    throw new AwsError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are ${LARGEST_BATCH}. You have sent ${entries.length}.`, {
      queryCode: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
    });
  const read = entries.map((entry) => ({ id: typeof entry.Id === 'string' ? entry.Id : '', entry }));
  if (read.some(({ id }) => !/^[\w-]{1,80}$/.test(id)))
    throw new AwsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      { queryCode: 'AWS.SimpleQueueService.InvalidBatchEntryId' },
    );
  if (new Set(read.map(({ id }) => id)).size < read.length)
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.', {
      queryCode: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
    });
  return read;
};
