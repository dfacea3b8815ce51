/** A person's wish told to the application: the call first, then the state, then the message. */
import { type ApplicationState, type OpenCall, WHOLE, WHOLE_TEMPLATE } from '../core/application.ts';
import { type Call, callId, manualTrigger } from '../core/call.ts';
import { manualOrder, orderTime } from '../core/order.ts';
import type { Wishing } from '../store/states.ts';
import type { ApiPorts } from './ports.ts';
import { registryOfImage } from './registry-of.ts';

export interface Wished {
  readonly action: NonNullable<Call['action']>;
  /** Absent: what runs is restarted. */
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly version?: number;
  /** What is pushed from now on waits. */
  readonly hold?: boolean;
  readonly back?: boolean;
}

interface Asking {
  readonly by: string | undefined;
  readonly why: string | undefined;
}

export const tellWish = async (application: string, wished: Wished, { by, why }: Asking, ports: ApiPorts): Promise<Call> => {
  const now = ports.now();
  const state = await ports.states.get(application);
  const { action, repository = WHOLE, tag = '', digest, version, back } = wished;
  const ulid = ports.newUlid(now);
  const image = { repository, tag, ...(digest === undefined ? {} : { digest }) };
  const call: Call = {
    id: callId(ulid, manualTrigger(application)),
    trigger: manualTrigger(application),
    application,
    hook: '',
    ...image,
    ...(by === undefined ? {} : { actor: by.slice(0, 100) }),
    order: manualOrder(Math.max(now, latest(state, repository) + 1), ulid),
    action,
    status: 'queued',
    ...(why === undefined ? {} : { why }),
    receivedAt: now,
    decidedAt: now,
  };
  const { desired } = state?.runs[repository] ?? {};
  const { hosts, access } = repository === WHOLE || repository === WHOLE_TEMPLATE ? { hosts: [] } : await registryOfImage(application, repository, ports);
  const open: OpenCall = {
    callId: call.id,
    order: call.order,
    ...image,
    receivedAt: now,
    hosts: [...new Set([...(desired?.hosts ?? []), ...hosts])],
    // A person who names a tag means what it names when that is deployed.
    ...(access === undefined || digest !== undefined ? {} : { access }),
    manual: true,
    ...(repository === WHOLE ? { restart: true } : {}),
    ...(version === undefined ? {} : { version }),
    ...(back === undefined ? {} : { back }),
    ...(desired === undefined || repository === WHOLE
      ? {}
      : { from: { tag: desired.tag, ...(desired.digest === undefined ? {} : { digest: desired.digest }) } }),
  };
  const hold = { at: now, callId: call.id, ...(by === undefined ? {} : { by }), ...(why === undefined ? {} : { why }) };
  await ports.calls.put(call);
  await noteWish(application, { call: open, ...(wished.hold === true ? { hold } : {}) }, now, ports);
  return call;
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
