/** Index reads are eventually consistent: with chaos a repeated query may get the page it had before. */
import { type Chaos, calm } from './chaos.ts';
import type { RawAnswer } from './tables.ts';

/** Bodies carry times and cursors and seldom come again: without a bound a long run would keep every page it ever saw. */
export const PAGES_KEPT = 200;

export const makeStalePages = (chaos: Chaos) => {
  const pages = new Map<string, RawAnswer>();
  return async (operation: string, body: string, ask: () => Promise<RawAnswer>): Promise<RawAnswer> => {
    if (chaos === calm || operation !== 'Query' || !body.includes('"IndexName"')) return ask();
    const before = pages.get(body);
    if (before !== undefined && chaos.stalePage()) return before;
    const answer = await ask();
    // Put in anew, so that the first of the map is the one asked for longest ago.
    pages.delete(body);
    pages.set(body, answer);
    const [oldest] = pages.keys();
    if (pages.size > PAGES_KEPT && oldest !== undefined) pages.delete(oldest);
    return answer;
  };
};
