/** `DIR/logs/<name>.ndjson`: one JSON line for each line a function wrote; in short form also on the console when asked. */
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type AppendFile, openAppendFile, type Write } from './append-file.ts';
import { isFields } from './json.ts';

interface LogFiles {
  /** Never throws: a line that cannot be kept must not end what it tells of. */
  line(name: string, stream: 'stdout' | 'stderr' | 'engine', line: string): void;
  close(): void;
}

interface LogGround {
  readonly directory: string;
  readonly now: () => number;
  readonly print: (line: string) => void;
  /** Whether the lines are printed too. */
  readonly verbose: boolean;
  /** How bytes reach the disk: else as Node writes them. */
  readonly write?: Write;
}

/** Then the file becomes `.1` and an older `.1` is gone. */
const LARGEST_BYTES = 16 * 1024 * 1024;
const SHORT = 160;

export const openLogs = ({ directory, now, print, verbose, write }: LogGround): LogFiles => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const files = new Map<string, AppendFile>();
  let losing = false;

  const open = (name: string): AppendFile => {
    const file = openAppendFile(join(directory, `${name}.ndjson`), write);
    files.set(name, file);
    return file;
  };

  const turned = (name: string, full: AppendFile): AppendFile => {
    files.delete(name);
    full.close();
    renameSync(join(directory, `${name}.ndjson`), join(directory, `${name}.1.ndjson`));
    return open(name);
  };

  const keep = (name: string, text: string): void => {
    try {
      const file = files.get(name) ?? open(name);
      (file.bytes() > LARGEST_BYTES ? turned(name, file) : file).append(text);
      losing = false;
    } catch (error) {
      if (!losing)
        print(
          `log lines are lost: ${directory} cannot be written (${error instanceof Error ? error.message : String(error)}); they are kept again when it can`,
        );
      losing = true;
    }
  };

  return {
    line: (name, stream, line) => {
      keep(name, `${asJson(line, stream, now())}\n`);
      if (verbose) print(`${name}: ${line.length > SHORT ? `${line.slice(0, SHORT)}…` : line}`);
    },
    close: () => {
      for (const file of files.values()) file.close();
      files.clear();
    },
  };
};

/** A line that is a JSON object stays as the function wrote it, behind the time, which CloudWatch would keep beside it. */
const asJson = (line: string, stream: string, now: number): string => {
  const time = new Date(now).toISOString();
  if (line.startsWith('{')) {
    try {
      const read: unknown = JSON.parse(line);
      if (isFields(read)) return JSON.stringify({ time, ...read });
    } catch {
      // Not JSON after all: wrapped below.
    }
  }
  return JSON.stringify({ time, stream, line });
};
