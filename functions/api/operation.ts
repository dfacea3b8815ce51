/**
 * A route, declared once: what it takes, what it answers, and which problems it may have. A handler gets what its
 * declaration let through, and OpenAPI is made from the same declaration, so that the two cannot differ.
 */
import type { Context, Hono } from 'hono';
import type * as z from 'zod/mini';
import type { AnswerName } from '../schema/answers/index.ts';
import type { RequestContext } from './app.ts';
import type { Making } from './making.ts';
import type { ProblemCode } from './problem.ts';
import { nameIn, readBody, readNoBody, readQuery } from './request.ts';

/** `making` is set for each request before its handler hears of it. */
export type ApiEnv = { Bindings: RequestContext; Variables: { making: Making } };
export type Routes = Hono<ApiEnv>;

export interface Operation<Q extends z.ZodMiniType = z.ZodMiniType, B extends z.ZodMiniType = z.ZodMiniType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root, as in `/v1/hooks/:name`. */
  readonly path: string;
  /** What `:name` in the path is the name of. */
  readonly names?: 'hook' | 'trigger' | 'application';
  readonly summary: string;
  readonly query: Q;
  /** GET and DELETE have `emptyBody`, and none is read. */
  readonly body: B;
  /** How many bytes the body may have, where that is more than usual. */
  readonly most?: number;
  /** A body as somebody might send it, for who reads the description. */
  readonly example?: object;
  /** The shape of each good answer, by its status. */
  readonly answers: Readonly<Record<number, AnswerName>>;
  /** Beside those that follow from the rest, see `problemsOf`. */
  readonly problems: readonly ProblemCode[];
  /** Of a definition, whose ETag it gives: a GET takes If-None-Match, what changes it takes If-Match. */
  readonly etag?: true;
  /** It needs neither the store nor a queue. */
  readonly alone?: true;
}

export interface Asked<Q extends z.ZodMiniType, B extends z.ZodMiniType> {
  readonly c: Context<ApiEnv>;
  /** From the path; empty where the operation names nothing. */
  readonly name: string;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
  readonly making: Making;
}

export const takesBody = ({ method }: Pick<Operation, 'method'>): boolean => method !== 'GET' && method !== 'DELETE';

/** What is only made was seen by nobody. */
export const takesIfMatch = ({ etag, method, names }: Pick<Operation, 'etag' | 'method' | 'names'>): boolean =>
  etag === true && method !== 'GET' && names !== undefined;

export const operation = <Q extends z.ZodMiniType, B extends z.ZodMiniType>(
  app: Routes,
  declared: Operation<Q, B>,
  handle: (asked: Asked<Q, B>) => Promise<Response>,
): void => {
  const { method, path, names } = declared;
  app.on(method, path, async (c) => {
    const query = readQuery(c, declared.query);
    const name = names === undefined ? '' : nameIn(c, names);
    const body = takesBody(declared) ? await readBody(c, declared.body, declared.most) : readNoBody(declared.body);
    return handle({ c, name, query, body, making: c.get('making') });
  });
};

const OF_STORE = ['throttled', 'internal', 'store-unavailable'] as const satisfies readonly ProblemCode[];
const OF_POST = ['bad-idempotency-key', 'still-running', 'idempotency-key-reused'] as const satisfies readonly ProblemCode[];
const OF_BODY = ['not-json', 'too-deep', 'body-too-large', 'unsupported-media-type'] as const satisfies readonly ProblemCode[];

/** Every code that the operation may answer with, each once. */
export const problemsOf = (declared: Operation): readonly ProblemCode[] => [
  ...new Set<ProblemCode>([
    ...(takesBody(declared) ? OF_BODY : []),
    ...(declared.method === 'POST' ? OF_POST : []),
    ...(declared.names === undefined ? [] : (['unknown-name'] as const)),
    ...(takesIfMatch(declared) ? (['precondition-failed'] as const) : []),
    ...declared.problems,
    'invalid-fields',
    ...(declared.alone === true ? [] : OF_STORE),
  ]),
];
