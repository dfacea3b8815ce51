/** Until a server that somebody else wrote, just started as a process, answers. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const TRIES = 150;

/** What did not answer within 30 s is ended. */
export const answering = async (child: ChildProcess, name: string, endpoint: string): Promise<void> => {
  let trouble: Error | undefined;
  child.once('error', (error) => {
    trouble = error;
  });
  const answers = (): Promise<boolean> =>
    fetch(endpoint).then(
      () => true,
      () => false,
    );
  for (let tries = 0; !(await answers()); tries += 1) {
    if (trouble !== undefined) throw trouble;
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode} before it answered at ${endpoint}`);
    if (tries > TRIES) {
      child.kill();
      throw new Error(`${name} did not answer at ${endpoint} within 30 s`);
    }
    await pause(200);
  }
};
