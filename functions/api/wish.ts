/** A person's wish told to the application: the call first, then the state, then the message. */
import { type ApplicationState, type OpenCall, WHOLE, WHOLE_TEMPLATE } from '../core/application.ts';
import { type Call, manualTrigger } from '../core/call.ts';
import { manualOrder, orderTime } from '../core/order.ts';
import type { Wishing } from '../store/states.ts';
import type { Making } from './making.ts';
import type { ApiPorts } from './ports.ts';
import { registryOfImage } from './registry-of.ts';
import { callBegun } from './told.ts';

export interface Wished {
  readonly action: NonNullable<Call['action']>;
  /** Absent: what runs is restarted. */
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly version?: number;
}

interface Asking {
  readonly by: string | undefined;
  readonly why: string | undefined;
}

/** `wish` is asked for only where no run of this request has told it before. */
export const tellWish = async (application: string, wish: () => Promise<Wished>, { by, why }: Asking, making: Making, ports: ApiPorts): Promise<Call> => {
  const begun = await callBegun(manualTrigger(application), making, ports);
  if (begun.is === 'there') {
    if (begun.told) await ports.send([application]);
    else await openWish(begun.call, await ports.states.get(application), ports);
    return begun.call;
  }
  const now = ports.now();
  const { action, repository = WHOLE, tag = '', digest, version } = await wish();
  const state = await ports.states.get(application);
  const call: Call = {
    id: begun.id,
    trigger: manualTrigger(application),
    application,
    hook: '',
    repository,
    tag,
    ...(digest === undefined ? {} : { digest }),
    ...(version === undefined ? {} : { version }),
    ...(by === undefined ? {} : { actor: by.slice(0, 100) }),
    order: manualOrder(Math.max(now, latest(state, repository) + 1), begun.ulid),
    action,
    status: 'queued',
    ...(why === undefined ? {} : { why }),
    receivedAt: now,
    decidedAt: now,
  };
  await ports.calls.put(call);
  await openWish(call, state, ports);
  return call;
};

/** All of it follows from the call, so that a wish which died before this can be told later. */
const openWish = async (call: Call, state: ApplicationState | undefined, ports: ApiPorts): Promise<void> => {
  const { id, application, action, repository, tag, digest, version, order, receivedAt, actor: by, why } = call;
  const { desired } = state?.runs[repository] ?? {};
  const { hosts, access } = repository === WHOLE || repository === WHOLE_TEMPLATE ? { hosts: [] } : await registryOfImage(application, repository, ports);
  const open: OpenCall = {
    callId: id,
    order,
    repository,
    tag,
    ...(digest === undefined ? {} : { digest }),
    receivedAt,
    hosts: [...new Set([...(desired?.hosts ?? []), ...hosts])],
    // A person who names a tag means what it names when that is deployed.
    ...(access === undefined || digest !== undefined ? {} : { access }),
    manual: true,
    ...(repository === WHOLE ? { restart: true } : {}),
    ...(version === undefined ? {} : { version }),
    ...(action === 'rollback' ? { back: true } : {}),
    ...(desired === undefined || repository === WHOLE
      ? {}
      : { from: { tag: desired.tag, ...(desired.digest === undefined ? {} : { digest: desired.digest }) } }),
  };
  const hold = { at: receivedAt, callId: id, ...(by === undefined ? {} : { by }), ...(why === undefined ? {} : { why }) };
  // What is pushed from now on waits, behind an image that a person has chosen.
  await noteWish(application, { call: open, ...(action === 'redeploy' ? {} : { hold }) }, receivedAt, ports);
};

/** One update of the state, then the message. */
export const noteWish = async (application: string, wish: Wishing, now: number, ports: Pick<ApiPorts, 'states' | 'send'>): Promise<void> => {
  if ((await ports.states.wish(application, wish, now)) === 'absent') {
    // A creation that died half-way, or an application that is gone: then `deploy` ends the call as `application-deleted` and takes the state away again.
    await ports.states.create(application, now);
    await ports.states.wish(application, wish, now);
  }
  await ports.send([application]);
};

/** The latest place that is known in this repository: a wish stands above it, however the clocks of two processes differ. */
const latest = (state: ApplicationState | undefined, repository: string): number =>
  Math.max(
    0,
    ...Object.values(state?.open ?? {}).flatMap((open) => (open.repository === repository ? [orderTime(open.order)] : [])),
    ...(state?.runs[repository]?.desired === undefined ? [] : [orderTime(state.runs[repository].desired.order)]),
  );
