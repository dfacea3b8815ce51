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

  const [state, heard] = await Promise.all([ports.states.get(application), ports.hooks.get(hook)]);
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
  const hosts = heard === undefined ? [] : [...new Set([...(heard.registryHost === undefined ? [] : [heard.registryHost]), ...heard.hostAliases])];
  const open = { callId: call.id, order, repository, tag, ...(digest === undefined ? {} : { digest }), receivedAt: now, hosts, redelivery: true } as const;
  if ((await ports.states.open(application, open, { dueAt: now })) === 'absent') {
    // A creation that died half-way; the application itself was there a moment ago.
    await ports.states.create(application, now);
    await ports.states.open(application, open, { dueAt: now });
  }
  await ports.send([application]);
  const desired = state?.runs[repository]?.desired;
  const newer = desired !== undefined && desired.order > order;
  return {
    call,
    ...(newer
      ? {
          hint: `a newer image of ${repository} was wanted since, so this call will end as superseded: use "deploy" to run this image all the same, or "rollback" to go back`,
        }
      : {}),
  };
};
