/** What a target may use in a test: the real guarded outbound with one hole, secrets by name, a clock that stands still. */
import { onTestFinished } from 'vitest';
import { parsed, refused } from '../../functions/core/parsed.ts';
import { makeOutbound } from '../../functions/outbound/request.ts';
import type { TargetIo, WantedImage } from '../../functions/targets/target.ts';
import { NOW } from './fake-ecs.ts';
import { EXTERNAL_ID } from './fake-sts.ts';

export interface IoOptions {
  readonly allow?: readonly string[];
  readonly secrets?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  readonly attempted?: boolean;
  readonly atMostOnce?: boolean;
  readonly timeoutMs?: number;
}

export const makeIo = ({
  allow = [],
  secrets = {},
  idempotencyKey = 'web.7',
  signal,
  attempted = false,
  atMostOnce = false,
  timeoutMs,
}: IoOptions = {}): TargetIo => {
  const end = new AbortController();
  // Clients of AWS keep connections until the attempt ends.
  onTestFinished(() => end.abort());
  const outbound = makeOutbound({ allow, clock: () => NOW, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  const used = signal ?? end.signal;
  return {
    request: (request) => outbound(request, used),
    secret: async (reference) => {
      const value = secrets[reference];
      return value === undefined ? refused(`${reference} does not exist: create it`) : parsed(value);
    },
    signal: used,
    idempotencyKey,
    externalId: EXTERNAL_ID,
    attempted,
    atMostOnce,
    now: () => NOW,
  };
};

export { NOW } from './fake-ecs.ts';
export const BLUE = `sha256:${'b'.repeat(64)}`;
export const GREEN = `sha256:${'a'.repeat(64)}`;

export const wanted = (tag: string, digest?: string, hosts: readonly string[] = []): WantedImage => ({
  image: { repository: 'registry.example.com/shop/web', tag, ...(digest === undefined ? {} : { digest }) },
  hosts,
  since: NOW,
});
