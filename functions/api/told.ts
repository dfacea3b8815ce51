/** Whether an application was told of a call: between its call and its state a wish, or a redelivery, may have died. */
import type { ApplicationState } from '../core/application.ts';
import { type Call, callId, type Settlement } from '../core/call.ts';
import type { Making } from './making.ts';
import type { ApiPorts } from './ports.ts';

/** The state is to be read before the call: `deploy` ends a call before it forgets it, so one that is queued although the state did not have it was never there. */
export const wasTold = (state: ApplicationState | undefined, { id, repository, status }: Call): boolean =>
  status !== 'queued' || state?.open[id] !== undefined || state?.runs[repository]?.desired?.callId === id;

const NEVER_TOLD = 'the application was never told of it: ask again';

/** The end of a wish whose person was told that it failed, and may have done something else since. */
export const neverTold = (now: number): Settlement => ({ status: 'failed', reason: 'worker-died', detail: NEVER_TOLD, endedAt: now });

type Begun = { readonly is: 'new'; readonly id: string; readonly ulid: string } | { readonly is: 'there'; readonly call: Call; readonly told: boolean };

/** The call that an earlier run of this request has put; else the id of a new one. */
export const callBegun = async (trigger: string, making: Making, ports: Pick<ApiPorts, 'calls' | 'states' | 'now'>): Promise<Begun> => {
  for (;;) {
    const ulid = making.newUlid();
    const id = callId(ulid, trigger);
    const call = making.again ? await ports.calls.get(id, ports.now()) : undefined;
    if (call === undefined) return { is: 'new', id, ulid };
    // It ended as such before it was asked for again.
    if (call.status === 'failed' && call.detail === NEVER_TOLD) continue;
    const state = await ports.states.get(call.application);
    const since = (await ports.calls.get(id, ports.now())) ?? call;
    return { is: 'there', call: since, told: wasTold(state, since) };
  }
};
