/**
 * The same image again, at its original place in the order: a new call, which `goal` judges like any other. If another
 * image was wanted since, it ends as `superseded`; what runs an old image on purpose is a new push of it.
 *
 * Written in the order of the protocol: the call, then the state (with `dueAt`, so that the tick finds it should this die
 * before it sends), then the message.
 */
import { WHOLE, WHOLE_TEMPLATE } from '../core/application.ts';
import { BY_POLICY, type Call, splitCallId } from '../core/call.ts';
import { REASONS } from '../core/reason.ts';
import type { Making } from './making.ts';
import type { ApiPorts } from './ports.ts';
import { Problem, unknownName } from './problem.ts';
import { registryOfHook } from './registry-of.ts';
import { callBegun, neverTold, wasTold } from './told.ts';

interface Redelivered {
  readonly call: Call;
  /** What to do instead, when it is known already that a newer image was wanted. */
  readonly hint?: string;
  readonly next?: readonly string[];
}

export const redeliver = async (id: string, making: Making, ports: ApiPorts): Promise<Redelivered> => {
  const now = ports.now();
  const begun = await callBegun(splitCallId(id)?.trigger ?? '', making, ports);
  if (begun.is === 'there') {
    if (begun.told) await ports.send([begun.call.application]);
    else await openAndSend(begun.call, now, ports);
    return { call: begun.call };
  }
  const original = await ports.calls.get(id, now);
  if (original === undefined) throw unknownName('call', id);
  const { trigger, application, hook, repository, tag, digest, order, actor } = original;
  if (original.status === 'untriggered')
    throw new Problem(
      'not-fired',
      `the call ${id} did not fire (${original.reason ?? 'no reason recorded'}), so there is nothing to deliver again: ${original.reason === undefined ? '' : REASONS[original.reason].en.cure}`.trim(),
    );
  if (repository === WHOLE_TEMPLATE)
    throw new Problem('not-repeatable', `the call ${id} went back to version ${original.version ?? '?'} of the template: go back to it anew`, {
      next: [`POST /v1/applications/${application}/rollback`],
    });
  if ((await ports.applications.get(application)) === undefined)
    throw new Problem(
      'application-deleted',
      `the application ${application} does not exist any more: create it again, or let the trigger ${trigger} name another one and push again`,
      { next: ['POST /v1/applications'] },
    );

  const state = await ports.states.get(application);
  const call: Call = {
    id: begun.id,
    trigger,
    application,
    hook,
    repository,
    tag,
    ...(digest === undefined ? {} : { digest }),
    ...(actor === undefined ? {} : { actor }),
    order,
    ...(isRestart(original) ? { action: 'redeploy' } : {}),
    status: 'queued',
    redeliveryOf: id,
    // A wish of now: an age limit for pushes is not meant for it.
    receivedAt: now,
    decidedAt: now,
  };
  await ports.calls.put(call);
  await openAndSend(call, now, ports);
  const desired = state?.runs[repository]?.desired;
  // Of the very image that is wanted now a redelivery runs, wherever a repeated push has taken its place in the order.
  if (desired === undefined || desired.order <= order || (desired.tag === tag && desired.digest === digest)) return { call };
  return {
    call,
    hint: `something newer was wanted since (${desired.tag}, by the call ${desired.again ?? desired.callId}), so this call will end as ${desired.manual === true ? 'rolled-back' : 'superseded'}: deploy this image on purpose, roll back to this call, or push it again`,
    next: [`POST /v1/applications/${application}/deploy`, `POST /v1/applications/${application}/rollback`],
  };
};

const openAndSend = async (call: Call, now: number, ports: ApiPorts): Promise<void> => {
  const { id, application, order, repository, tag, digest, receivedAt } = call;
  const restart = isRestart(call) ? { restart: true } : {};
  const image = { repository, tag, ...(digest === undefined ? {} : { digest }) };
  const open = { callId: id, order, ...image, receivedAt, ...(await registryOfHook(call.hook, call.repository, ports)), redelivery: true, ...restart } as const;
  if ((await ports.states.open(application, open, { dueAt: now })) === 'absent') {
    // A creation that died half-way, or an application that is gone: then `deploy` ends the call as `application-deleted` and takes the state away again.
    await ports.states.create(application, now);
    await ports.states.open(application, open, { dueAt: now });
  }
  await ports.send([application]);
};

const isRestart = ({ repository, action }: Call): boolean => repository === WHOLE && action === 'redeploy';

/** Longer than the API's function may run (29 s) plus its late writes. */
const SETTLES_MS = 60_000;

/** A list completes no more than these, the oldest ones, so that it stays quick. */
const COMPLETED_AT_ONCE = 5;

/** Queued for so long that it may have died between its call and the state, where nothing but a look at it would ever find it. Calls of pushes, and of an application's policy, are completed by their own message. */
const mayBeHalf = ({ redeliveryOf, hook, actor, status, decidedAt }: Call, now: number): boolean =>
  (redeliveryOf !== undefined || (hook === '' && actor !== BY_POLICY)) && status === 'queued' && now - decidedAt >= SETTLES_MS;

/** Completes a redelivery of which the state knows nothing. */
const complete = async ({ id, application }: Call, now: number, ports: ApiPorts): Promise<Call | undefined> => {
  const state = await ports.states.get(application);
  const again = await ports.calls.get(id, now);
  if (again === undefined || wasTold(state, again)) return again;
  if (again.redeliveryOf !== undefined) await openAndSend(again, now, ports);
  // A wish of a person, who was told that it failed and may have done something else since: it is not carried out behind their back.
  else await ports.calls.settle(id, neverTold(now));
  return again.redeliveryOf !== undefined ? again : ports.calls.get(id, now);
};

/** One call, completed if it needs that. */
export const readCall = async (id: string, now: number, ports: ApiPorts): Promise<Call | undefined> => {
  const call = await ports.calls.get(id, now);
  return call !== undefined && mayBeHalf(call, now) ? complete(call, now, ports) : call;
};

/** The calls of a page, newest first, with those completed that need it. */
export const completeHalves = async (calls: readonly Call[], now: number, ports: ApiPorts): Promise<readonly Call[]> => {
  const halves = calls.filter((call) => mayBeHalf(call, now)).slice(-COMPLETED_AT_ONCE);
  const completed = new Map(await Promise.all(halves.map(async (call) => [call.id, await complete(call, now, ports)] as const)));
  return calls.map((call) => completed.get(call.id) ?? call);
};
