/**
 * The same image again, at its original place in the order: a new call, which `goal` judges like any other. If a newer
 * image ran since, it ends as `superseded`; running an old image on purpose is `deploy` or `rollback`.
 *
 * Written in the order of the protocol: the call, then the state (with `dueAt`, so that the tick finds it should this die
 * before it sends), then the message.
 */
import { type Call, callId } from '../core/call.ts';
import { REASONS } from '../core/reason.ts';
import type { ApiPorts } from './ports.ts';
import { Problem, unknownName } from './problem.ts';

export interface Redelivered {
  readonly call: Call;
  /** What to do instead, when it is known already that a newer image was wanted. */
  readonly hint?: string;
}

export const redeliver = async (id: string, ports: ApiPorts): Promise<Redelivered> => {
  const now = ports.now();
  const original = await ports.calls.get(id, now);
  if (original === undefined) throw unknownName('call', id);
  const { trigger, application, hook, repository, tag, digest, order, actor } = original;
  if (original.status === 'untriggered')
    throw new Problem(
      'not-fired',
      `the call ${id} did not fire (${original.reason ?? 'no reason recorded'}), so there is nothing to deliver again: ${original.reason === undefined ? '' : REASONS[original.reason].en.cure}`.trim(),
    );
  if ((await ports.applications.get(application)) === undefined)
    throw new Problem(
      'application-deleted',
      `the application ${application} does not exist any more: create it again, or let the trigger ${trigger} name another one and push again`,
    );

  const state = await ports.states.get(application);
  const call: Call = {
    id: callId(ports.newUlid(now), trigger),
    trigger,
    application,
    hook,
    repository,
    tag,
    ...(digest === undefined ? {} : { digest }),
    ...(actor === undefined ? {} : { actor }),
    order,
    status: 'queued',
    redeliveryOf: id,
    // A wish of now: an age limit for pushes is not meant for it.
    receivedAt: now,
    decidedAt: now,
  };
  await ports.calls.put(call);
  await openAndSend(call, now, ports);
  const desired = state?.runs[repository]?.desired;
  if (desired === undefined || desired.order <= order) return { call };
  return {
    call,
    hint: `a newer image of ${repository} was wanted since, so this call will end as superseded: use "deploy" to run this image all the same, or "rollback" to go back`,
  };
};

const openAndSend = async (call: Call, now: number, ports: ApiPorts): Promise<void> => {
  const { id, application, order, repository, tag, digest, receivedAt } = call;
  const heard = await ports.hooks.get(call.hook);
  const hosts = heard === undefined ? [] : [...new Set([...(heard.registryHost === undefined ? [] : [heard.registryHost]), ...heard.hostAliases])];
  const open = { callId: id, order, repository, tag, ...(digest === undefined ? {} : { digest }), receivedAt, hosts, redelivery: true } as const;
  if ((await ports.states.open(application, open, { dueAt: now })) === 'absent') {
    // A creation that died half-way; the application itself was there a moment ago.
    await ports.states.create(application, now);
    await ports.states.open(application, open, { dueAt: now });
  }
  await ports.send([application]);
};

/** Longer than the API's function may run (29 s) plus its late writes. */
const SETTLES_MS = 60_000;

/**
 * Completes a redelivery that died between its call and the state, where nothing else would ever find it: done when
 * somebody looks at the call. The state is read before the call: `deploy` ends a call before it forgets it, so a call
 * that is queued although the state did not have it was never there.
 */
export const readCall = async (id: string, now: number, ports: ApiPorts): Promise<Call | undefined> => {
  const call = await ports.calls.get(id, now);
  if (call?.redeliveryOf === undefined || call.status !== 'queued' || now - call.decidedAt < SETTLES_MS) return call;
  const state = await ports.states.get(call.application);
  const known = state?.open[id] !== undefined || state?.runs[call.repository]?.desired?.callId === id;
  const again = await ports.calls.get(id, now);
  if (state !== undefined && !known && again?.status === 'queued') await openAndSend(again, now, ports);
  return again;
};
