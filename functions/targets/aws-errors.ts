/** What an error of AWS means for a deployment, decided in one place: what only a person can mend is refused, everything else may work later. */

import type { Why } from '../core/outcome.ts';
import { shown } from '../core/shown.ts';

/** Something that AWS said, or did not say, to one action. */
export class AwsFailure extends Error {
  readonly action: string;

  constructor(action: string, cause: unknown) {
    super(`${action} failed`, { cause });
    this.name = 'AwsFailure';
    this.action = action;
  }
}

/** Marks what goes wrong in `call` with the action that was asked for. */
export const asking = async <T>(action: string, call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (error) {
    throw error instanceof AwsFailure ? error : new AwsFailure(action, error);
  }
};

export type AwsProblem = { readonly is: 'refused'; readonly why: Why } | { readonly is: 'unavailable'; readonly why: Why; readonly retryAfter?: number };

const DENIED = /^(?:AccessDenied|UnauthorizedOperation|UnrecognizedClient|InvalidClientTokenId|AuthFailure|OptInRequired)/;
const NOT_FOUND = /^(?:ClusterNotFound|ServiceNotFound|ServiceNotActive|ResourceNotFound)/;
const LATER =
  /Throttl|TooManyRequests|RequestLimitExceeded|LimitExceeded|SlowDown|InProgress|Conflict|ResourceInUse|ServerException|ServiceUnavailable|Internal|Timeout|ExpiredToken|RequestExpired/;
/** ECS calls this one a ClientException, although only its moment was wrong. */
const BUSY = /too many concurrent/i;

/** Anything but a failure of AWS is a fault of this code and is thrown on. `application` is named in the command that mends a missing permission. */
export const awsProblem = (error: unknown, application: string): AwsProblem => {
  if (!(error instanceof AwsFailure)) throw error;
  const { action, cause } = error;
  if (cause instanceof TypeError || cause instanceof RangeError) throw cause;
  const name = cause instanceof Error ? cause.name : '';
  const said = cause instanceof Error ? sentence(cause.message) : shown(String(cause));
  const status = statusOf(cause);
  const detail = `${action}: ${name === '' || name === 'Error' ? '' : `${name}: `}${said}`;
  const refused = (code: Why['code'], text = detail): AwsProblem => ({ is: 'refused', why: { code, detail: text } });
  if (DENIED.test(name) || (status === 403 && !LATER.test(name))) return refused('access-denied', denied(action, said, application));
  if (NOT_FOUND.test(name)) return refused('target-not-found');
  if (status === undefined || status >= 500 || status === 429 || LATER.test(name) || BUSY.test(said))
    return { is: 'unavailable', why: { code: 'unavailable', detail } };
  return refused('target-misconfigured');
};

const denied = (action: string, said: string, application: string): string => {
  const missing = /not authorized to perform: ([a-z0-9-]+:\w+)/.exec(said)?.[1] ?? action;
  const cause =
    missing === 'sts:AssumeRole'
      ? 'the role cannot be assumed: it does not exist, does not trust this stack, or asks for another external id'
      : `the role may not ${missing}`;
  return `${cause} (${said}); "image-triggers application grant ${application}" prints the role that is needed`;
};

/** Services put request ids and whole policies behind their first sentences. */
const sentence = (message: string): string => message.replace(/\s+/g, ' ').trim().slice(0, 300);

const statusOf = (error: unknown): number | undefined => {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
};
