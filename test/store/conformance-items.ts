/** Calls, runs and states for both conformance suites. */
import type { Desired, OpenCall, Run } from '../../functions/core/application.ts';
import type { Call } from '../../functions/core/call.ts';
import { NOW, push, REPOSITORY, ULIDS } from '../stages/given.ts';

export const open = (n: number, repository = REPOSITORY): OpenCall => {
  const { id, tag, digest, receivedAt } = push(n);
  return {
    callId: `${id}.release`,
    order: `${receivedAt}#${id}`,
    repository,
    tag,
    ...(digest === undefined ? {} : { digest }),
    receivedAt,
    hosts: ['registry.example.com'],
  };
};
const desired = (n: number, rev: number, repository?: string): Desired => {
  const { held: _, redelivery: __, ...call } = open(n, repository);
  return { ...call, rev, since: NOW };
};
export const run = (n: number, rev: number, more: Partial<Run> = {}, repository?: string): Run => ({ desired: desired(n, rev, repository), ...more });

/** `own` keeps the names of one run apart: the tables are shared. */
export const call = (n: number, own: string, change: Partial<Call> = {}): Call => {
  const { hook: heard, repository, tag, digest, receivedAt } = push(n);
  return {
    id: `${ULIDS[n]}.${own}release`,
    trigger: `${own}release`,
    application: 'web',
    hook: heard,
    repository,
    tag,
    ...(digest === undefined ? {} : { digest }),
    order: open(n).order,
    status: 'queued',
    receivedAt,
    decidedAt: NOW + n,
    ...change,
  };
};
