/** On what a run was made: without it its figures say nothing. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

const commit = (): string => {
  try {
    const head = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = execFileSync('git', ['status', '--porcelain', '--untracked-files=no'], { encoding: 'utf8' }) !== '';
    return changed ? `${head} and what is not committed` : head;
  } catch {
    return 'not a git checkout';
  }
};

export const machine = () => ({
  date: new Date().toISOString(),
  commit: commit(),
  node: process.version,
  cores: availableParallelism(),
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  memoryGb: Math.round(totalmem() / 2 ** 30),
  /** Of the minute before: above one a core, the figures are those of a busy machine. */
  load: Number(loadavg()[0]?.toFixed(1)),
});
