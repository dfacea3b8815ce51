/** What is remembered of a rollout to be watched: which workloads, and with which pod templates. */
import { type Fields, isFields } from '../core/fields.ts';
import { at, textAt } from './kubernetes-fields.ts';
import { isWorkloadName, type WorkloadName } from './kubernetes-kinds.ts';
import { fingerprintOf, generationOf, podTemplateOf, uidOf } from './kubernetes-workload.ts';

export interface Tracked {
  readonly kind: WorkloadName;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly template: string;
}

interface Handle {
  /** When it was written, in milliseconds: new rollouts are looked at more often. */
  readonly at: number;
  readonly workloads: readonly Tracked[];
}

export const track = (kind: WorkloadName, workload: Fields): Tracked => ({
  kind,
  name: textAt(workload, 'metadata', 'name') ?? '',
  uid: uidOf(workload),
  generation: generationOf(workload),
  template: fingerprintOf(podTemplateOf(kind, workload)),
});

export const writeHandle = (handle: Handle): string => JSON.stringify(handle);

export const readHandle = (text: string): Handle => {
  const value: unknown = JSON.parse(text);
  const [when, workloads] = [at(value, 'at'), at(value, 'workloads')];
  if (typeof when !== 'number' || !Array.isArray(workloads)) throw new Error('the handle of a rollout names no workloads: it was not written by this target');
  return { at: when, workloads: workloads.map(readTracked) };
};

const readTracked = (value: unknown): Tracked => {
  if (!isFields(value)) throw new Error('the handle of a rollout holds a workload that is none');
  const { kind, name, uid, generation, template } = value;
  if (typeof kind !== 'string' || !isWorkloadName(kind) || typeof name !== 'string' || typeof uid !== 'string')
    throw new Error('a workload in the handle of a rollout has no kind, name or uid');
  if (typeof generation !== 'number' || typeof template !== 'string') throw new Error('a workload in the handle of a rollout has no generation or template');
  return { kind, name, uid, generation, template };
};
