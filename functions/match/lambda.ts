import { decideAll } from '../core/decide-all.ts';
import { ENV, required } from '../env.ts';
import { stdoutLog } from '../runtime/log.ts';
import { makeApplicationOf } from '../store/application-of.ts';
import { makeCalls } from '../store/calls.ts';
import { makeTables } from '../store/dynamo.ts';
import { makeMarks } from '../store/marks.ts';
import { makeDeploymentsQueue, makeQueueClient } from '../store/queues.ts';
import { makeStates } from '../store/states.ts';
import { makeTriggersOf } from '../store/triggers-of.ts';
import { makeMatchHandler } from './handler.ts';

const { env } = process;
const tables = makeTables(env);
const states = makeStates(tables);
const applicationOf = makeApplicationOf(tables);

export const handler = makeMatchHandler({
  triggersOf: makeTriggersOf(tables),
  decideAll,
  claim: makeMarks(tables).claim,
  calls: makeCalls(tables, Number(required(env, ENV.retentionDays))),
  states,
  mendState: async (application) => {
    const { definition } = await applicationOf(application);
    if (definition === undefined) return false;
    await states.create(application, Date.now());
    return true;
  },
  send: makeDeploymentsQueue(makeQueueClient(), required(env, ENV.deploymentsQueueUrl)).send,
  now: Date.now,
  log: stdoutLog,
});
