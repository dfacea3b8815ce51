/**
 * A stopped process (SIGSTOP) does not notice that its parent was killed and would stay for ever. So one small shell, in a session of its own,
 * reads the ids of the function processes from a pipe; when the pipe ends, the engine is gone, and it kills them.
 */
import { spawn } from 'node:child_process';

export interface Guard {
  watch(pid: number): void;
  forget(pid: number): void;
  /** To be called when every watched process has ended. */
  end(): void;
}

const SCRIPT = `
all=" "
while read -r what pid; do
  case "$what" in
    watch) all="$all$pid " ;;
    forget) all=$(printf '%s' "$all" | sed "s/ $pid / /") ;;
  esac
done
for pid in $all; do kill -9 "$pid" 2>/dev/null; done
`;

/** Windows knows neither this shell nor stopping: there the processes end by the closed channel. */
export const canStop = process.platform !== 'win32';

export const startGuard = (): Guard => {
  if (!canStop) return { watch: () => undefined, forget: () => undefined, end: () => undefined };
  const shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // Without a shell the functions still end by their closed channel, only not while they are stopped.
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  const tell = (what: string, pid: number): void => {
    shell.stdin.write(`${what} ${pid}\n`);
  };
  return { watch: (pid) => tell('watch', pid), forget: (pid) => tell('forget', pid), end: () => shell.stdin.end() };
};
