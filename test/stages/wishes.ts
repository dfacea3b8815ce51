/** What a person asks for, as the API writes it: the call, then one update of the state with the hold, then the message. */
import { type OpenCall, WHOLE, WHOLE_TEMPLATE } from '../../functions/core/application.ts';
import { callId, manualTrigger } from '../../functions/core/call.ts';
import { manualOrder } from '../../functions/core/order.ts';
import type { Bench } from './bench.ts';
import { push, REPOSITORY, ULIDS } from './given.ts';

export interface Asked {
  /** Of push `n`; without one, a restart. */
  readonly image?: number;
  readonly version?: number;
  readonly back?: boolean;
  readonly repository?: string;
  readonly application?: string;
}

/** `n`: which of the ulids; the id of its call. */
export const ask = (bench: Bench, n: number, { image, version, back, repository = REPOSITORY, application = 'web' }: Asked): string => {
  const now = bench.now();
  const ulid = ULIDS[n] ?? '';
  const id = callId(ulid, manualTrigger(application));
  const { tag, digest } = image === undefined ? { tag: '', digest: undefined } : push(image);
  const place = version !== undefined && image === undefined ? WHOLE_TEMPLATE : image === undefined ? WHOLE : repository;
  const { desired } = bench.state(application).runs[place] ?? {};
  const base = { repository: place, tag, ...(digest === undefined ? {} : { digest }), order: manualOrder(now, ulid), receivedAt: now };
  const open: OpenCall = {
    ...base,
    callId: id,
    hosts: desired?.hosts ?? [],
    manual: true,
    ...(place === WHOLE ? { restart: true } : {}),
    ...(version === undefined ? {} : { version }),
    ...(back === undefined ? {} : { back }),
    ...(desired === undefined || place === WHOLE ? {} : { from: { tag: desired.tag, ...(desired.digest === undefined ? {} : { digest: desired.digest }) } }),
  };
  const action = place === WHOLE ? 'redeploy' : back === true || place === WHOLE_TEMPLATE ? 'rollback' : 'deploy';
  bench.memory.calls.put({ ...base, id, trigger: manualTrigger(application), application, hook: '', action, status: 'queued', decidedAt: now });
  bench.memory.states.wish(application, { call: open, ...(place === WHOLE ? {} : { hold: { at: now, callId: id } }) }, now);
  return id;
};

export const release = (bench: Bench): void => void bench.memory.states.wish('web', { hold: 'release' }, bench.now());
