/** Cursors of lists: the place after which a page begins, opaque to callers, checked when it comes back. */
import { jsonIn } from '../core/json-in.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { shown } from '../core/shown.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

export const encodeCursor = (parts: readonly string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

/** As many parts as were encoded, none empty or longer than a key may be; whether they fit the list is the list's to check. */
export const decodeCursor = (text: string, count: number): Parsed<readonly string[]> => {
  const value = /^[A-Za-z0-9_-]{1,4000}$/.test(text) ? jsonIn(Buffer.from(text, 'base64url').toString('utf8')) : undefined;
  return Array.isArray(value) && value.length === count && value.every(isPart) ? parsed(value) : notOurs(text);
};

export const notOurs = (text: string) =>
  refused(`${shown(text)} is no cursor of this list: send back exactly the "cursor" of the page before, with the same filters`);

const isPart = (part: unknown): part is string => typeof part === 'string' && part !== '' && part.length <= 1_000;
