/** The status of a call in colour, where the terminal has some; nothing is said by the colour alone. */
import { styleText } from 'node:util';
import { type CallStatus, FINAL, OPEN } from '../../functions/core/call.ts';
import type { Io } from './io.ts';

const COLOURS = {
  queued: 'cyan',
  held: 'yellow',
  running: 'cyan',
  untriggered: 'gray',
  skipped: 'gray',
  delivered: 'green',
  succeeded: 'green',
  failed: 'red',
  unknown: 'magenta',
} as const satisfies Record<CallStatus, Parameters<typeof styleText>[0]>;

const STATUSES: readonly CallStatus[] = [...OPEN, ...FINAL];

/** `name`: of the column or line that the text stands in. */
export const coloured = (name: string, text: string, io: Io): string => {
  const status = io.colour && /^status$/i.test(name) ? STATUSES.find((each) => each === text) : undefined;
  // Whether the stream takes colours has been asked already.
  return status === undefined ? text : styleText(COLOURS[status], text, { validateStream: false });
};
