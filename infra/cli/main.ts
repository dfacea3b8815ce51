#!/usr/bin/env node
/** `image-triggers`: see `program.ts`. */
import { readFile } from 'node:fs/promises';
import module from 'node:module';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { filesBelow } from './files-below.ts';
import { utf8 } from './io.ts';
import { openBrowser } from './open-browser.ts';
import { prompt } from './prompt.ts';

// Whoever reads only the first lines (`| head`) ends the command, and that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`error: standard output cannot be written (${error.code ?? error.message}): free space there, or write to another place\n`);
  process.exit(1);
});
// There is nowhere left to say it.
process.stderr.on('error', () => process.exit(1));

// Halves the time to the first answer, from the second time on; Node keeps it in the temporary directory, by its version and the user.
module.enableCompileCache?.();
const { run } = await import('./program.ts');

const args = process.argv.slice(2);
process.exitCode = await run(args, {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  readFile: async (path) => utf8(await readFile(path)),
  readStdin: async () => utf8(await buffer(process.stdin)),
  filesBelow,
  openBrowser,
  pause: (ms, signal) => setTimeout(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
  interruption: () => {
    const interruption = new AbortController();
    process.once('SIGINT', () => interruption.abort());
    return interruption.signal;
  },
  env: process.env,
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  // Knows NO_COLOR, FORCE_COLOR and what the terminal is able to.
  colour: process.stdout.isTTY && process.stdout.hasColors(),
  prompt: process.stdin.isTTY && process.stderr.isTTY ? prompt : undefined,
});
// Whoever presses Tab waits for the end of the process, whatever is still being asked.
if (args[0] === '__complete') process.stdout.write('', () => process.exit());
