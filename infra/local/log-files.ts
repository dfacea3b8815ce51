/** `DIR/logs/<name>.ndjson`: one JSON line for each line a function wrote; in short form also on the console when asked. */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isFields } from './json.ts';

export interface LogFiles {
  line(name: string, stream: 'stdout' | 'stderr' | 'engine', line: string): void;
  close(): void;
}

/** Then the file becomes `.1` and an older `.1` is gone. */
const LARGEST_BYTES = 16 * 1024 * 1024;
const SHORT = 160;

export const openLogs = (directory: string, now: () => number, print: ((line: string) => void) | undefined): LogFiles => {
  mkdirSync(directory, { recursive: true });
  const files = new Map<string, { descriptor: number; bytes: number }>();

  const open = (name: string): { descriptor: number; bytes: number } => {
    const descriptor = openSync(join(directory, `${name}.ndjson`), 'a', 0o600);
    const file = { descriptor, bytes: fstatSync(descriptor).size };
    files.set(name, file);
    return file;
  };

  return {
    line: (name, stream, line) => {
      const text = `${asJson(line, stream, now())}\n`;
      let file = files.get(name) ?? open(name);
      if (file.bytes > LARGEST_BYTES) {
        closeSync(file.descriptor);
        renameSync(join(directory, `${name}.ndjson`), join(directory, `${name}.1.ndjson`));
        file = open(name);
      }
      writeSync(file.descriptor, text);
      file.bytes += text.length;
      print?.(`${name}: ${line.length > SHORT ? `${line.slice(0, SHORT)}…` : line}`);
    },
    close: () => {
      for (const { descriptor } of files.values()) closeSync(descriptor);
      files.clear();
    },
  };
};

/** A line that is a JSON object stays as the function wrote it; the engine's own get their time. */
const asJson = (line: string, stream: string, now: number): string => {
  if (line.startsWith('{')) {
    try {
      const read: unknown = JSON.parse(line);
      if (isFields(read)) return stream === 'engine' ? JSON.stringify({ time: new Date(now).toISOString(), ...read }) : line;
    } catch {
      // Not JSON after all: wrapped below.
    }
  }
  return JSON.stringify({ time: new Date(now).toISOString(), stream, line });
};
