/**
 * `Idempotency-Key` on POST, as draft-ietf-httpapi-idempotency-key-header has it: the same key with the same request gets the
 * first answer again, for a day, and nothing is done twice. A key is its caller's own.
 *
 * Kept is what was done. A refusal did nothing, and neither its key is spent: the same request may succeed later, or be
 * corrected. What failed here, or died, half done is gone on with: its next run makes the same ids and tokens (`making.ts`),
 * so that it finds what was made.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { fields } from '../core/fields.ts';
import { freshMaking, keyedMaking } from './making.ts';
import type { ApiEnv } from './operation.ts';
import type { ApiPorts } from './ports.ts';
import { PROBLEMS, Problem } from './problem.ts';

type Ports = Pick<ApiPorts, 'answers' | 'sealedAnswers' | 'hashToken' | 'newUlid' | 'makeToken' | 'derive' | 'now' | 'log'>;

/** An item may have 400 kB, and sealing makes a third more of it. In UTF-8: of Chinese each character has three. */
const MOST_BYTES = 250_000;
const KEPT_HEADERS = ['location', 'etag'] as const;

export const idempotency =
  (ports: Ports): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const given = c.req.header('idempotency-key');
    if (c.req.method !== 'POST' || given === undefined) {
      c.set('making', freshMaking(ports));
      return next();
    }
    const key = keyOf(given);
    const id = ports.hashToken(`${c.env.caller ?? ''}\n${key}`);
    // With the key in front: what a body holds, a password perhaps, cannot be guessed from the hash of it.
    const request = ports.hashToken(`${key}\n${c.req.url}\n${new TextDecoder().decode(await c.req.arrayBuffer())}`);
    const begun = await ports.answers.begin(id, request, ports.now());
    switch (begun.is) {
      case 'other':
        throw new Problem('idempotency-key-reused', 'the Idempotency-Key was used for another request within the last day: make a new key for each request');
      case 'running':
        throw new Problem('still-running', 'the first request with this Idempotency-Key is not answered yet: ask again in a second');
      case 'answered': {
        const opened = ports.sealedAnswers.open(key, request, begun.sealed);
        if (opened === undefined) throw new Error('an answer that was kept cannot be opened');
        return replayed(JSON.parse(opened));
      }
      case 'begun':
    }
    c.set('making', keyedMaking(key, begun, ports));
    await next();
    const answer = c.error === undefined && c.res.status < 400 ? await textOf(c) : undefined;
    try {
      if (answer !== undefined && new TextEncoder().encode(answer).length <= MOST_BYTES)
        await ports.answers.keep(id, begun.run, ports.sealedAnswers.seal(key, request, answer));
      // What was refused after a run that did a part of it is not taken for nothing.
      else if (!begun.again && isRefusal(c.res.status)) await ports.answers.forget(id, begun.run);
      else await ports.answers.interrupt(id, begun.run);
    } catch (error) {
      // It was done all the same, and who asked shall know.
      ports.log('api.answer-unkept', { request: c.env.requestId, error: error instanceof Error ? error.name : String(error) });
    }
  };

const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== PROBLEMS.throttled[0];

/** A text in quotes as the draft has it, or without them as many send it. */
const keyOf = (given: string): string => {
  const key = /^"(.*)"$/.exec(given)?.[1] ?? given;
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new Problem(
      'bad-idempotency-key',
      `the Idempotency-Key has ${key.length} characters, or one that is not allowed: give 1 to 255 visible ASCII characters, best a new UUID`,
    );
  return key;
};

const textOf = async ({ res }: Context<ApiEnv>): Promise<string> =>
  JSON.stringify({
    status: res.status,
    body: await res.clone().text(),
    ...Object.fromEntries(KEPT_HEADERS.flatMap((name) => (res.headers.get(name) === null ? [] : [[name, res.headers.get(name)]]))),
  });

const replayed = (kept: unknown): Response => {
  const { status, body, ...headers } = fields(kept);
  return new Response(String(body), {
    status: Number(status),
    headers: {
      'content-type': 'application/json',
      'idempotency-replayed': 'true',
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    },
  });
};
