#!/usr/bin/env node
/** `image-triggers`: see `program.ts`. */
import { readFile } from 'node:fs/promises';
import { run } from './program.ts';

// Whoever reads only the first lines (`| head`) ends the command, and that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  readFile: (path) => readFile(path, 'utf8'),
  readStdin: async () => {
    let text = '';
    for await (const piece of process.stdin.setEncoding('utf8')) text += String(piece);
    return text;
  },
  env: process.env,
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
});
