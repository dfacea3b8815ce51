/** One question to whoever sits at the terminal. On standard error: standard output is data. */
import { createInterface } from 'node:readline/promises';
import { CliError } from './io.ts';

export const prompt = async (question: string): Promise<string> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise((resolve, reject) => {
      // The end of input (Ctrl-D) and Ctrl-C answer nothing.
      terminal.once('close', () => reject(new CliError('nothing was done: there was no answer')));
      terminal.question(question).then(resolve, reject);
    });
  } finally {
    terminal.close();
  }
};
