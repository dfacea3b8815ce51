/** What an answer to a blind target's request means: the class of its status decides. */
import type { Exchange, Outcome, Why } from '../core/outcome.ts';
import { retryAfterOf } from '../core/retry-after.ts';
import type { OutboundAnswer } from './target.ts';

/** 409 under an Idempotency-Key: the first request with it is still being processed (draft-ietf-httpapi-idempotency-key-header). */
const RETRIED = new Set([408, 409, 425, 429]);

export const outcomeOf = (answer: OutboundAnswer, now: number): Outcome => {
  const { exchange } = answer;
  if (answer.is === 'forbidden') return { is: 'refused', why: { code: 'address-forbidden', detail: answer.why }, exchange };
  // A request that never left is as good as an answer: the target did not act.
  if (answer.is === 'broken') return { is: 'unavailable', why: { code: 'unavailable', detail: answer.why }, answered: !answer.sent, exchange };
  const { status } = answer;
  if (status >= 200 && status < 300) return { is: 'delivered', exchange };
  return failureOf(answer, status, said(status, exchange), now);
};

/** `status`: the one that counts, where a body says another one than the answer itself. */
export const failureOf = (
  { headers, exchange }: Extract<OutboundAnswer, { is: 'answered' }>,
  status: number,
  detail: string,
  now: number,
): Extract<Outcome, { is: 'refused' | 'unavailable' }> => {
  const why = (code: Why['code']): Why => ({ code, detail });
  if (status < 500 && !RETRIED.has(status)) return { is: 'refused', why: why('target-refused'), exchange };
  const retryAfter = retryAfterOf(headers['retry-after'], now);
  return { is: 'unavailable', why: why('unavailable'), answered: true, ...(retryAfter === undefined ? {} : { retryAfter }), exchange };
};

const SAID = 200;

/** In one line, as long as a sentence may be. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, SAID);

/** From the record, where secrets are already taken out. */
const said = (status: number, { response }: Exchange): string => {
  const location = response?.headers.location;
  const where = location === undefined ? '' : ` to ${location}, which is not followed`;
  const text = oneLine(response?.body.text ?? '');
  return `answered ${status}${where}${text === '' ? '' : `: ${text}`}`;
};
