/** One change of an application's state as one update of its item, conditional on the fence. */
import type { StateChange } from '../core/application.ts';
import { toItem } from './dynamo.ts';
import { restToItem, runToItem } from './state-item.ts';

/** The rest is forgotten with the next write. */
const MOST_DROPPED = 20;

/** `holder`: who takes the lease, where the change does. */
export const stateUpdate = (fence: number, change: StateChange, holder: string) => {
  const { lease } = change;
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = { ':fence': fence };
  const sets: string[] = [];
  const removes: string[] = [];
  const closing = new Set(change.close ?? []);
  for (const [i, [repository, run]] of Object.entries(change.runs ?? {}).entries()) {
    names['#runs'] = 'runs';
    names[`#run${i}`] = repository;
    values[`:run${i}`] = runToItem(run);
    sets.push(`#runs.#run${i} = :run${i}`);
  }
  for (const [i, repository] of (change.drop ?? []).slice(0, MOST_DROPPED).entries()) {
    names['#runs'] = 'runs';
    names[`#drop${i}`] = repository;
    removes.push(`#runs.#drop${i}`);
  }
  const promoted = (change.promoted ?? []).filter(({ callId }) => !closing.has(callId));
  for (const [i, call] of promoted.entries()) {
    const held = change.held?.[call.callId];
    names['#open'] = 'open';
    names[`#wanted${i}`] = call.callId;
    values[`:wanted${i}`] = restToItem(held === undefined ? call : { ...call, held });
    sets.push(`#open.#wanted${i} = :wanted${i}`);
  }
  for (const [i, [callId, held]] of Object.entries(change.held ?? {}).entries()) {
    if (closing.has(callId) || promoted.some((call) => call.callId === callId)) continue;
    names['#open'] = 'open';
    names[`#held${i}`] = callId;
    values[`:held${i}`] = held;
    sets.push(`#open.#held${i}.held = :held${i}`);
  }
  for (const [i, callId] of [...closing].entries()) {
    names['#open'] = 'open';
    names[`#close${i}`] = callId;
    removes.push(`#open.#close${i}`);
  }
  if (change.deployedAt !== undefined) {
    values[':deployedAt'] = change.deployedAt;
    sets.push('deployedAt = :deployedAt');
  }
  if (change.seen !== undefined) {
    values[':seen'] = change.seen;
    sets.push('seen = :seen');
  }
  if (change.bump !== undefined && change.bump !== 0) {
    values[':bump'] = change.bump;
    sets.push('rev = rev + :bump');
  }
  if (lease !== undefined) {
    Object.assign(values, { ':before': fence - 1, ':rev': lease.rev });
    sets.push('fence = :fence');
    if (change.release === undefined) {
      Object.assign(values, { ':until': lease.until, ':by': holder });
      sets.push('leaseUntil = :until', 'leaseBy = :by');
    }
  }
  if (change.release !== undefined) {
    removes.push('leaseUntil', 'leaseBy');
    if (change.release.dueAt === undefined) removes.push('due', 'dueAt');
    else {
      values[':due'] = 'due';
      values[':dueAt'] = change.release.dueAt;
      sets.push('due = :due', 'dueAt = :dueAt');
    }
  }
  const update = [sets.length > 0 ? `SET ${sets.join(', ')}` : '', removes.length > 0 ? `REMOVE ${removes.join(', ')}` : '']
    .filter((part) => part !== '')
    .join(' ');
  return {
    ...(update === '' ? {} : { UpdateExpression: update }),
    ConditionExpression: lease === undefined ? 'fence = :fence' : 'fence = :before AND rev = :rev AND attribute_not_exists(leaseUntil)',
    ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
    ExpressionAttributeValues: toItem(values),
  };
};
