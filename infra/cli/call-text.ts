/** A call as text: in a row, and in full. */
import { OPEN } from '../../functions/core/call.ts';
import { type Fields, fields, textOf, texts } from '../../functions/core/fields.ts';
import type { Pair } from './labels.ts';

/** To the second, as a column. */
export const shortTime = (time: unknown): string => textOf(time).slice(0, 19).replace('T', ' ');

/** Without a tag it is known by its digest; what concerns the application as a whole has no image. */
export const imageText = ({ repository, tag, digest, action }: Fields): string => {
  if (textOf(tag) !== '') return `${textOf(repository)}:${textOf(tag)}`;
  return digest === undefined ? textOf(action) : `${textOf(repository)}@${textOf(digest)}`;
};

export const callPairs = (call: Fields): readonly Pair[] => [
  ['Id', call.id],
  ['Status', call.status],
  ['Reason', call.reason],
  ['Why', call.sentence],
  ['What to do', call.cure],
  ['Detail', call.detail],
  ['By', call.by],
  ['Looked at again', call.until],
  ['Trigger', call.trigger],
  ['Application', call.application],
  ['Hook', call.hook],
  ['Source', SOURCES[textOf(call.source)]],
  ['Action', call.action],
  ['Asked because', call.why],
  ['Image', imageText(call)],
  ['Digest', call.digest],
  ['Template version', call.version],
  ['Commit', commitText(fields(call.commit))],
  ['Registry', call.registry],
  [call.action === undefined ? 'Pushed by' : 'Asked by', call.actor],
  ['Redelivery of', call.redeliveryOf],
  ['Delivered again', texts(call.repeats).length === 0 ? undefined : `${texts(call.repeats).length} times`],
  ['Received', call.receivedAt],
  ['Decided', call.decidedAt],
  ['Ended', call.endedAt],
  ['Response status', call.responseStatus],
  ['Response body', call.responseBody],
];

/** Of a push that no sender told of. */
const SOURCES: Readonly<Record<string, string>> = { sweep: 'a look at the registry', test: 'a test of the hook' };

const commitText = ({ revision, source }: Fields): string => [textOf(revision), textOf(source)].filter((part) => part !== '').join(' of ');

export const isOpenCall = ({ status }: Fields): boolean => OPEN.some((open) => open === status);
