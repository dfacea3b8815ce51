/**
 * A state as its item has it: what the key of an entry says is not said again in the entry, and of an open call that is
 * wanted only what `runs` does not say of it. Each write costs by the whole size of the item, in steps of 1 kB.
 */
import type { ApplicationState, Desired, OpenCall, Run } from '../core/application.ts';
import type { Item } from './dynamo.ts';

type StoredRun = Omit<Run, 'desired'> & { readonly desired?: Omit<Desired, 'repository'> };
/** Of a call that is wanted. */
type Rest = Pick<OpenCall, 'receivedAt' | 'redelivery' | 'held'>;
type StoredOpen = Omit<OpenCall, 'callId'> | Rest;
type StoredState = Omit<ApplicationState, 'open' | 'runs'> & {
  readonly open: Readonly<Record<string, StoredOpen>>;
  readonly runs: Readonly<Record<string, StoredRun>>;
};

export const openToItem = ({ callId: _, ...call }: OpenCall): Item => call;

export const restToItem = ({ receivedAt, redelivery, held }: Rest): Item => ({ receivedAt, redelivery, held });

export const runToItem = ({ desired, ...run }: Run): Item => {
  if (desired === undefined) return run;
  const { repository: _, ...wanted } = desired;
  return { ...run, desired: wanted };
};

export const stateFromItem = (item: Item): ApplicationState => {
  const { pk: _pk, sk: _sk, v, due: _due, leaseBy: _by, ...state } = item;
  if (v !== 1 || !isState(state))
    throw new Error(
      `the state of application ${String(item.application)} has version ${String(v)} or lacks fields: this code reads version 1; deploy the newer code`,
    );
  const runs = Object.fromEntries(Object.entries(state.runs).map(([repository, run]) => [repository, runFromItem(repository, run)]));
  const wanted = new Map(Object.values(runs).flatMap(({ desired }) => (desired === undefined ? [] : [[desired.callId, desired]])));
  return {
    ...state,
    open: Object.fromEntries(Object.entries(state.open).map(([callId, open]) => [callId, openFromItem(callId, open, wanted.get(callId))])),
    runs,
  };
};

/** The item is written by this stack alone, so a shape other than this is a newer version, or an accident that must be seen. */
const isState = (value: Item): value is Item & StoredState =>
  typeof value.application === 'string' &&
  typeof value.rev === 'number' &&
  typeof value.fence === 'number' &&
  typeof value.open === 'object' &&
  value.open !== null &&
  typeof value.runs === 'object' &&
  value.runs !== null;

const runFromItem = (repository: string, { desired, ...run }: StoredRun): Run =>
  desired === undefined ? run : { ...run, desired: { ...desired, repository } };

const openFromItem = (callId: string, open: StoredOpen, wanted: Desired | undefined): OpenCall => {
  if ('order' in open) return { ...open, callId };
  if (wanted === undefined) throw new Error(`the open call ${callId} is said to be wanted, and nothing wants it: look at the state of its application`);
  const { order, repository, tag, digest, hosts, access, manual, restart, version, from, back } = wanted;
  const said = { order, repository, tag, digest, hosts, access, manual, restart, version, from, back };
  return { ...said, ...open, callId };
};
