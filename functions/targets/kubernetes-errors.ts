/** What an answer of the API server that is no success means for a deployment, decided in one place. */
import { jsonIn } from '../core/json-in.ts';
import type { Exchange, Outcome, Why } from '../core/outcome.ts';
import { retryAfterOf } from '../core/retry-after.ts';
import { at, textAt } from './kubernetes-fields.ts';
import type { OutboundAnswer } from './target.ts';
import { withoutBody } from './without-body.ts';

export type KubernetesProblem = Extract<Outcome, { readonly is: 'refused' | 'unavailable' }>;

/** Thrown by everything that asks the API server. */
export class KubernetesFailure extends Error {
  readonly problem: KubernetesProblem;
  /** Of the answer; absent where there was none. */
  readonly status: number | undefined;

  constructor(problem: KubernetesProblem, status?: number) {
    super(problem.why.detail ?? problem.why.code);
    this.name = 'KubernetesFailure';
    this.problem = problem;
    this.status = status;
  }
}

interface Asked {
  readonly verb: 'get' | 'list' | 'patch';
  /** `deployments/web in the namespace shop`. */
  readonly what: string;
  readonly application: string;
  /** In milliseconds. */
  readonly now: number;
}

export const unavailable = (detail: string, more: { readonly retryAfter?: number; readonly exchange?: Exchange } = {}): KubernetesProblem => ({
  is: 'unavailable',
  why: { code: 'unavailable', detail },
  answered: true,
  ...more,
});

export const refusal = (code: Why['code'], detail: string, exchange?: Exchange): Extract<KubernetesProblem, { is: 'refused' }> => ({
  is: 'refused',
  why: { code, detail },
  ...(exchange === undefined ? {} : { exchange }),
});

/** 409 is among these: what has changed meanwhile can be read again. */
const LATER = new Set([408, 409, 425, 429]);

/**
 * `answered: true` also where nothing came back: a target that can be read is read again before anything is repeated.
 * An answer of the range 200 is none of this one's business.
 */
export const failureOf = (answer: OutboundAnswer, { verb, what, application, now }: Asked): KubernetesFailure => {
  const exchange = withoutBody(answer.exchange);
  if (answer.is === 'forbidden') return new KubernetesFailure(refusal('address-forbidden', answer.why, exchange));
  if (answer.is === 'broken') return new KubernetesFailure(unavailable(`${verb} ${what}: ${answer.why}`, { exchange }));
  const { status, headers, body } = answer;
  const said = statusIn(body);
  const detail = `${verb} ${what}: answered ${status}${said.message === '' ? '' : `: ${said.message}`}`;
  const failure = (problem: KubernetesProblem): KubernetesFailure => new KubernetesFailure(problem, status);
  const cure = `"image-triggers application grant ${application}" prints what is needed`;
  if (status === 401)
    return failure(
      refusal(
        'access-denied',
        `the API server does not know who asks to ${verb} ${what} (${said.message}): the token is wrong or has ended, or the role has no access entry in the cluster; ${cure}`,
        exchange,
      ),
    );
  if (status === 403 && isPermission(said.message)) return failure(refusal('access-denied', `it may not ${verb} ${what} (${said.message}); ${cure}`, exchange));
  if (status === 404) return failure(refusal('target-not-found', detail, exchange));
  if (status >= 500 || LATER.has(status)) {
    const retryAfter = retryAfterOf(headers['retry-after'], now) ?? said.retryAfter;
    return failure(unavailable(detail, { ...(retryAfter === undefined ? {} : { retryAfter }), exchange }));
  }
  const { location } = headers;
  return failure(refusal('target-refused', location === undefined ? detail : `${detail} to another address, which is not followed`, exchange));
};

/** Quotas, admission and namespaces that are being removed are refused with 403 as well, and no permission mends these. */
const isPermission = (message: string): boolean =>
  /\bUser ".*" cannot\b/.test(message) || !/quota|violates|admission|denied the request|terminated/i.test(message);

const SAID = 400;

/** From a `Status` of the API, or the text of whoever answered instead of it. */
const statusIn = (body: string): { readonly message: string; readonly retryAfter?: number } => {
  const status = jsonIn(body);
  const seconds = at(status, 'details', 'retryAfterSeconds');
  const text = textAt(status, 'message') ?? (status === undefined ? body : '');
  return { message: text.replace(/\s+/g, ' ').trim().slice(0, SAID), ...(typeof seconds === 'number' ? { retryAfter: seconds * 1000 } : {}) };
};
