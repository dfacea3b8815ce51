/** The files in which the local engine keeps what its functions log; they can be read while it does not run. */
import { join } from 'node:path';
import { CliError, type Io } from '../io.ts';
import { passes } from './filter.ts';
import { type LogLine, lineOf, STAGES, type Stage } from './line.ts';
import type { LogSource } from './source.ts';

/** An older file comes first. */
const filesOf = (stage: Stage): readonly string[] => [`${stage}function.1.ndjson`, `${stage}function.ndjson`];

export const localLogs = (directory: string, io: Pick<Io, 'readFile'>): LogSource => ({
  everyMs: 500,
  read: async ({ stages, since, filter }) => {
    const logs = join(directory, 'logs');
    const files = await Promise.all(STAGES.flatMap((stage) => filesOf(stage).map(async (name) => ({ stage, text: await readIfThere(join(logs, name), io) }))));
    if (files.every(({ text }) => text === undefined))
      throw new CliError(`${logs} holds no logs: no local engine has run with this data directory; name another with --data DIR, or use --stack NAME`);
    return files
      .filter(({ stage }) => stages.includes(stage))
      .flatMap(({ stage, text = '' }) => linesSince(text, stage, since))
      .filter(({ fields }) => passes(filter, fields));
  },
});

const readIfThere = (file: string, io: Pick<Io, 'readFile'>): Promise<string | undefined> => io.readFile(file).catch(() => undefined);

/** From its end, so that of a large file only what is wanted is read. */
const linesSince = (text: string, stage: Stage, since: number): readonly LogLine[] => {
  const found: LogLine[] = [];
  // What stands behind the last line break is being written.
  for (let end = text.lastIndexOf('\n'); end > 0; ) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    // The file turns while it grows, but neither a time nor its line does.
    const written = text.slice(start, end);
    const line = lineOf(`${stage} ${start} ${written}`, stage, written);
    if (line.at < since) break;
    found.push(line);
    end = start - 1;
  }
  return found.reverse();
};
