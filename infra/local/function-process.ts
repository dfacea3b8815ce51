/** One process of one function: started for its first invocation, stopped (SIGSTOP) while nobody wants it, killed at its time-out. */
import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { FunctionError, Invoke, Said } from './function-message.ts';
import { canStop, type Guard } from './guard.ts';
import { isFields } from './json.ts';
import type { FunctionSpec } from './plan-functions.ts';

export type Invocation =
  | { readonly is: 'ok'; readonly payload: unknown }
  | { readonly is: 'failed'; readonly error: FunctionError }
  | { readonly is: 'timed out' };

export interface FunctionProcess {
  /** One at a time. */
  invoke(payload: unknown, requestId: string): Promise<Invocation>;
  /** As Lambda freezes an environment: until the next invocation. */
  rest(): void;
  alive(): boolean;
  kill(): Promise<void>;
}

interface ProcessGround {
  readonly spec: FunctionSpec;
  readonly environment: Readonly<Record<string, string>>;
  readonly guard: Guard;
  readonly now: () => number;
  readonly log: (stream: 'stdout' | 'stderr', line: string) => void;
}

/** What Lambda allows for loading a function. */
const INIT_MS = 10_000;

export const startFunction = ({ spec, environment, guard, now, log }: ProcessGround): FunctionProcess => {
  const child = fork(new URL('./function-host.ts', import.meta.url), [spec.directory, spec.handler], {
    execPath: process.execPath,
    // Lambda's memory limit, as near as Node can be told: objects beyond it end the process.
    execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${spec.memoryMb}`],
    cwd: spec.directory,
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { pid } = child;
  if (pid !== undefined) guard.watch(pid);
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => log('stdout', line));
  if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', (line) => log('stderr', line));

  let alive = true;
  let resting = false;
  let listen: (said: Said | Ended) => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    const end = (how: string): void => {
      alive = false;
      if (pid !== undefined) guard.forget(pid);
      listen({ is: 'ended', how });
      resolve();
    };
    child.once('exit', (code, signal) => end(signal === null ? `code ${code}` : `signal ${signal}`));
    // One that never began to run has no exit; of one that runs, only a message was not taken.
    child.on('error', (error) => {
      if (pid === undefined) end(error.message);
    });
  });
  child.on('message', (said) => listen(readSaid(said)));
  const next = (ms: number): Promise<Said | Ended> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve({ is: 'late' }), ms);
      listen = (said) => {
        clearTimeout(timer);
        resolve(said);
      };
    });
  const kill = (): Promise<void> => {
    alive = false;
    child.kill('SIGKILL');
    return ended;
  };
  const ready = next(INIT_MS);

  const invoke: FunctionProcess['invoke'] = async (payload, requestId) => {
    if (resting) signal(child, 'SIGCONT');
    resting = false;
    const loaded = await ready;
    if (loaded.is !== 'ready') {
      void kill();
      return failed(loaded, spec);
    }
    const message: Invoke = { payload, requestId, deadline: now() + spec.timeoutMs, name: spec.name, arn: spec.arn, memoryMb: spec.memoryMb };
    const answer = next(spec.timeoutMs);
    if (child.connected) child.send(message, () => undefined);
    const said = await answer;
    if (said.is === 'result') return { is: 'ok', payload: said.payload };
    if (said.is === 'error') return { is: 'failed', error: said.error };
    void kill();
    return failed(said, spec);
  };
  const rest = (): void => {
    if (resting) return;
    resting = true;
    signal(child, 'SIGSTOP');
  };
  return { invoke, rest, alive: () => alive, kill };
};

type Ended = { readonly is: 'ended'; readonly how: string } | { readonly is: 'late' };

const failed = (said: Said | Ended, spec: FunctionSpec): Invocation => {
  if (said.is === 'late') return { is: 'timed out' };
  if (said.is === 'error') return { is: 'failed', error: said.error };
  const how = said.is === 'ended' ? said.how : said.is;
  return { is: 'failed', error: { errorType: 'Runtime.ExitError', errorMessage: `the process of ${spec.name} ended with ${how} before it answered` } };
};

const signal = (child: ChildProcess, name: 'SIGSTOP' | 'SIGCONT'): void => {
  if (canStop) child.kill(name);
};

const readSaid = (said: unknown): Said => {
  const fields = isFields(said) ? said : {};
  if (fields.is === 'ready') return { is: 'ready' };
  if (fields.is === 'result') return { is: 'result', payload: fields.payload };
  const error = isFields(fields.error) ? fields.error : {};
  const trace = Array.isArray(error.trace) ? error.trace.map(String) : undefined;
  return {
    is: 'error',
    error: { errorType: String(error.errorType ?? 'Error'), errorMessage: String(error.errorMessage ?? ''), ...(trace === undefined ? {} : { trace }) },
  };
};
