/** What is wrong with an address to be called; undefined when nothing is. Repeats its scheme and nothing else. */
import { shown } from '../core/shown.ts';

const MOST_URL = 1024;

/** Whether the address may be called is decided when it is called: names change what they lead to, and the engine on one machine has exceptions. */
export const urlProblem = (value: string): string | undefined => {
  if (value.length > MOST_URL) return `has ${value.length} characters: at most ${MOST_URL}`;
  if (/[\s\p{Cc}]/u.test(value)) return 'holds a blank or a control character: write https://host/path, with %20 for a blank';
  const url = URL.parse(value);
  if (url === null) return 'is not a URL: write https://host/path';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `has the scheme ${shown(url.protocol.slice(0, -1))}: write https://…`;
  if (url.username !== '' || url.password !== '') return 'holds a user name or password: leave them out; an "http" target names a secret in "authorization"';
  return undefined;
};
