/** All processes of one function: at most `limit` at a time; what comes beyond waits its turn. (Lambda would start more; one machine does not.) */

import { type FunctionProcess, type Invocation, startFunction } from './function-process.ts';
import type { Guard } from './guard.ts';
import type { FunctionSpec } from './plan-functions.ts';

export interface FunctionPool {
  readonly spec: FunctionSpec;
  invoke(payload: unknown): Promise<Invocation>;
  /** Kills every process; what is waiting or running ends as failed. */
  stop(): Promise<void>;
}

interface PoolGround {
  readonly spec: FunctionSpec;
  readonly environment: Readonly<Record<string, string>>;
  readonly limit: number;
  readonly guard: Guard;
  readonly now: () => number;
  readonly newId: () => string;
  readonly log: (stream: 'stdout' | 'stderr' | 'engine', line: string) => void;
  readonly invoked: (ms: number, payload: unknown) => void;
}

/** Processes that nobody called for so long are ended, as Lambda ends idle environments. */
const IDLE_MS = 5 * 60_000;

export const makeFunctionPool = ({ spec, environment, limit, guard, now, newId, log, invoked }: PoolGround): FunctionPool => {
  const idle: { readonly process: FunctionProcess; readonly since: number }[] = [];
  const busy = new Set<FunctionProcess>();
  const waiting: (() => void)[] = [];
  let stopped = false;

  const take = async (): Promise<FunctionProcess | undefined> => {
    while (!stopped && busy.size >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    if (stopped) return undefined;
    // The one used last first: the others become old enough to be ended.
    for (let free = idle.pop(); free !== undefined; free = idle.pop()) {
      if (!free.process.alive()) continue;
      busy.add(free.process);
      return free.process;
    }
    const started = startFunction({ spec, environment, guard, now, log });
    busy.add(started);
    return started;
  };

  const giveBack = (process: FunctionProcess): void => {
    busy.delete(process);
    if (process.alive() && !stopped) {
      idle.push({ process, since: now() });
      // Whoever waits for it, or has the next batch at hand, takes it in this turn: then it need not be stopped and woken.
      setImmediate(() => {
        if (idle.some((one) => one.process === process)) process.rest();
      });
    }
    waiting.shift()?.();
  };

  const sweep = setInterval(() => {
    while (idle[0] !== undefined && now() - idle[0].since > IDLE_MS) void idle.shift()?.process.kill();
  }, IDLE_MS);
  sweep.unref();

  return {
    spec,
    invoke: async (payload) => {
      const process = await take();
      if (process === undefined) return { is: 'failed', error: { errorType: 'EngineStopped', errorMessage: 'the local engine is being stopped' } };
      const requestId = newId();
      const started = now();
      const invocation = await process.invoke(payload, requestId);
      giveBack(process);
      invoked(now() - started, payload);
      if (invocation.is !== 'ok')
        log(
          'engine',
          JSON.stringify({
            event: invocation.is === 'failed' ? 'function.failed' : 'function.timed-out',
            requestId,
            timeoutMs: spec.timeoutMs,
            ...(invocation.is === 'failed' ? invocation.error : {}),
          }),
        );
      return invocation;
    },
    stop: async () => {
      stopped = true;
      clearInterval(sweep);
      for (const wake of waiting.splice(0)) wake();
      await Promise.all([...busy, ...idle.map(({ process }) => process)].map((process) => process.kill()));
    },
  };
};
