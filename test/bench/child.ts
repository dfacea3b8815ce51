/** A script of the benchmark as a process of its own, so that what it costs is seen by itself: it says JSON over the channel of `fork`, and ends with its parent. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type * as z from 'zod/mini';

export interface Child {
  readonly pid: number;
  /** What it says next. */
  hear<T>(shape: z.ZodMiniType<T>): Promise<T>;
  say(message: object): void;
  end(): Promise<void>;
}

/** `file` lies in this directory. */
export const startChild = (file: string, argument: object): Child => {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(argument)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const said: unknown[] = [];
  let wake = (): void => undefined;
  let ended = false;
  child.on('message', (message) => {
    said.push(message);
    wake();
  });
  // Not at its exit: what it said last may still be on its way then.
  child.on('disconnect', () => {
    ended = true;
    wake();
  });
  return {
    pid: child.pid ?? 0,
    hear: async (shape) => {
      while (said.length === 0) {
        if (ended) throw new Error(`${file} ended without a word; what it printed is above`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return shape.parse(said.shift());
    },
    say: (message) => void child.send(message),
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};

/** In the child: its argument, and a word to its parent. */
export const argumentOf = <T>(shape: z.ZodMiniType<T>): T => {
  process.on('disconnect', () => process.exit(0));
  return shape.parse(JSON.parse(process.argv[2] ?? '{}'));
};

/** Resolves when it is on its way. */
export const sayToParent = (message: object): Promise<void> => new Promise((resolve) => void process.send?.(message, () => resolve()));
