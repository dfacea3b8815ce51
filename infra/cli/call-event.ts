/** A call on one line, at the moment it comes or changes. */

import { type Fields, textOf } from '../../functions/core/fields.ts';
import { imageText, shortTime } from './call-text.ts';
import { coloured } from './colour.ts';
import { lines, streamed } from './output.ts';
import type { Session } from './session.ts';

/** As wide as the longest status. */
const STATUS_WIDTH = 11;

/** With the end of its line. */
export const callEvent = ({ io, format, reader }: Session, call: Fields): string => {
  if (reader === 'shell') return `${textOf(call.id)}\n`;
  if (reader === 'program') return streamed(format, call);
  const { id, status, trigger, reason, sentence, until, receivedAt, decidedAt, endedAt } = call;
  const time = shortTime(endedAt ?? decidedAt ?? receivedAt);
  const why = [textOf(reason), textOf(sentence), until === undefined ? '' : `until ${shortTime(until)}`].filter((part) => part !== '').join(' · ');
  const about = lines([[trigger, imageText(call), id, why].map(textOf).join('  ')]);
  return `${time}  ${coloured('status', textOf(status), io)}${' '.repeat(Math.max(0, STATUS_WIDTH - textOf(status).length))}  ${about}`;
};
