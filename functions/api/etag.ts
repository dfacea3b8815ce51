/**
 * ETag, If-None-Match and If-Match (RFC 9110, 8.8.3 and 13) of definitions:
 *
 *   "<hash of what is stored>.<hash of what is shown>"      of a GET
 *   "<hash of what is stored>"                              of a change
 *
 * `If-None-Match: *` on a change lets it through only where nothing is stored yet.
 *
 * What is shown may change by itself (what an application runs, a token that ends), so If-None-Match asks for all of it. A
 * change is made for what is stored, so If-Match asks for that part alone: a push in between is in nobody's way.
 */
import type { Context } from 'hono';
import { sortedJson } from '../core/sorted-json.ts';
import type { ApiPorts } from './ports.ts';
import { Problem } from './problem.ts';

type Hash = Pick<ApiPorts, 'hashToken'>;

/** Throws `precondition-failed` for what is not what the caller has seen; undefined: there is nothing. */
export type Condition = (stored: object | undefined) => void;

/** Of a request with If-Match. It is for the store's own conditional change, so that nothing comes between. */
export const conditionOf = (c: Context, ports: Hash): Condition | undefined => {
  const header = c.req.header('if-match');
  if (c.req.header('if-none-match')?.trim() === '*') return refuseStored;
  if (header === undefined) return undefined;
  const wanted = tagsIn(header).flatMap(({ tag, weak }) => (weak ? [] : tag.split('.', 1)));
  return (stored) => {
    if (stored !== undefined && (header.trim() === '*' || wanted.includes(hashOf(stored, ports)))) return;
    throw new Problem(
      'precondition-failed',
      'it was changed since it was read (If-Match names another state): read it again, and make the change for what it is now',
    );
  };
};

/** What is made only where there is none. */
const refuseStored: Condition = (stored) => {
  if (stored !== undefined) throw new Problem('precondition-failed', 'there is one already (If-None-Match: *): read it, and change it for what it is');
};

/** A change by `alter`, under the condition of the request. */
export const ifMatch = <T extends object, R>(c: Context, ports: Hash, alter: (stored: T) => R): ((stored: T) => R) => {
  const condition = conditionOf(c, ports);
  return (stored) => {
    condition?.(stored);
    return alter(stored);
  };
};

export const etagOf = (stored: object, ports: Hash): { readonly etag: string } => ({ etag: `"${hashOf(stored, ports)}"` });

/** The answer to a GET; without its body where the caller has it already. */
export const answerSeen = (c: Context, stored: object, shown: object, ports: Hash): Response => {
  const tag = `${hashOf(stored, ports)}.${hashOf(shown, ports)}`;
  const headers = { etag: `"${tag}"` };
  const has = c.req.header('if-none-match') ?? '';
  return has.trim() === '*' || tagsIn(has).some((one) => one.tag === tag) ? c.body(null, 304, headers) : c.json(shown, 200, headers);
};

const MOST = 4_000;
/** Those that can be ours, without quotes. What stands between may have weakened one. */
const tagsIn = (header: string): readonly { readonly tag: string; readonly weak: boolean }[] =>
  [...header.slice(0, MOST).matchAll(/(W\/)?"([0-9a-f.]+)"/g)].map(([, weak, tag = '']) => ({ tag, weak: weak !== undefined }));

const LETTERS = 32;
/** The store gives fields in any order. */
const hashOf = (value: object, { hashToken }: Hash): string => hashToken(sortedJson(value)).slice(0, LETTERS);
