/** What a process and the children it waited for have used so far, by the kernel: the same ruler for every program. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

let ticks: number | undefined;

/** proc(5), `stat`: utime, stime, cutime, cstime are the fields 14 to 17, counted behind the name in parentheses. */
export const cpuSeconds = (pid: number): number => {
  ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / ticks;
};
