/** Problems as RFC 9457 has them (application/problem+json), with a stable `code` each: one closed table. */
import type { FieldProblem } from '../schema/check.ts';

/** HTTP status and title by code. */
export const PROBLEMS = {
  'bad-idempotency-key': [400, 'The Idempotency-Key is none'],
  'not-json': [400, 'The body is not JSON'],
  'too-deep': [400, 'The body nests too deep'],
  'unknown-route': [404, 'There is no such route'],
  'unknown-name': [404, 'There is nothing of this name'],
  'name-taken': [409, 'The name is taken'],
  'being-created': [409, 'The name is just being given'],
  'being-removed': [409, 'Something of this name is just being removed'],
  'too-many-triggers': [409, 'The repository has too many triggers'],
  'too-many-trigger-urls': [409, 'The application has too many trigger URLs'],
  'built-in-hook': [409, 'The hook belongs to the stack'],
  'hook-in-use': [409, 'Triggers hear the hook'],
  'hook-disabled': [409, 'The hook is disabled'],
  'rotation-under-way': [409, 'Two are valid already'],
  'application-in-use': [409, 'Triggers name the application'],
  'still-running': [409, 'The same request still runs'],
  'changed-meanwhile': [409, 'Somebody else is changing it'],
  'no-template': [404, 'The application has no template'],
  'application-disabled': [409, 'The application is disabled'],
  'git-source': [409, 'The source of the application lies in git'],
  rejected: [409, 'The digest is rejected'],
  'too-many-rejects': [409, 'The application has too many rejected digests'],
  'nothing-before': [409, 'Nothing is known to have run before'],
  'not-deployed': [409, 'The call deployed nothing'],
  'not-repeatable': [409, 'The call cannot be delivered again'],
  'not-fired': [409, 'The call did not fire'],
  'application-deleted': [409, 'The application does not exist any more'],
  'precondition-failed': [412, 'It is not any more what the request was made for'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body is of another type than JSON'],
  'idempotency-key-reused': [422, 'The Idempotency-Key belongs to another request'],
  'invalid-fields': [422, 'Some fields are wrong'],
  throttled: [429, 'The store is throttled'],
  internal: [500, 'Something went wrong here'],
  'secret-unavailable': [503, 'The secret of the stack cannot be read'],
  'store-unavailable': [503, 'The store does not answer'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The same request may go well a second later. */
const PASSING: readonly ProblemCode[] = ['throttled', 'store-unavailable', 'secret-unavailable', 'still-running'];
export const isPassing = (code: ProblemCode): boolean => PASSING.includes(code);

interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly errors?: readonly FieldProblem[];
  /** Requests that are a way on, as in `PATCH /v1/hooks/web`. The detail says it without them, so that a command line can name its own words. */
  readonly next?: readonly string[];
}

/** Thrown wherever a request cannot go on; `app.ts` turns it into the answer. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly FieldProblem[];
  readonly next: readonly string[];

  constructor(
    code: ProblemCode,
    detail: string,
    { errors = [], next = [] }: { readonly errors?: readonly FieldProblem[]; readonly next?: readonly string[] } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.code = code;
    this.errors = errors;
    this.next = next;
  }
}

export const invalid = (errors: readonly FieldProblem[], next: readonly string[] = []): Problem => {
  const [first] = errors;
  const more = errors.length > 1 ? `; and ${errors.length - 1} more` : '';
  return new Problem('invalid-fields', first === undefined ? 'some fields are wrong' : `${first.field}: ${first.why}${more}`, { errors, next });
};

export const unknownName = (kind: 'hook' | 'trigger' | 'application' | 'call', name: string): Problem =>
  new Problem('unknown-name', `no ${kind} is named ${JSON.stringify(name.slice(0, 100))}`, { next: [`GET /v1/${kind}s`] });

export const bodyOf = ({ code, message, errors, next }: Problem): ProblemBody => {
  const [status, title] = PROBLEMS[code];
  return {
    type: `urn:image-triggers:problem:${code}`,
    title,
    status,
    detail: message,
    code,
    ...(errors.length === 0 ? {} : { errors }),
    ...(next.length === 0 ? {} : { next }),
  };
};

/** Names of errors of the store's client that pass by themselves. */
const THROTTLED: readonly string[] = ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequestsException'];
const UNAVAILABLE: readonly string[] = [
  'InternalServerError',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'TimeoutError',
  'NetworkingError',
  'RequestTimeout',
];

/** Anything else that was thrown: nothing of the inside is told. */
export const problemOf = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  const name = error instanceof Error ? error.name : '';
  if (THROTTLED.includes(name)) return new Problem('throttled', 'the store takes no more requests at the moment: try again in a second');
  if (UNAVAILABLE.includes(name)) return new Problem('store-unavailable', 'the store did not answer in time: try again in a second');
  return new Problem('internal', 'the request could not be completed: try again, and look at the log of the API function by the request id');
};
