/** `image-triggers export` and `schema`: what there is as files, and what such files may hold. */
import type { Command } from 'commander';
import { API_VERSION, fileJsonSchema, KINDS } from '../../functions/schema/file.ts';
import { exportDocuments, exportText, SCHEMA_FILE } from './files/export-text.ts';
import { idOf } from './files/held.ts';
import { examples } from './flags.ts';
import { type Io, misused } from './io.ts';
import { textOf } from './json.ts';
import { begin } from './session.ts';

export const addExportCommands = (program: Command, io: Io): void => {
  examples(
    program
      .command('export')
      .description('print hooks, applications and triggers as the file that "apply" takes; without URLs, tokens and secrets')
      .argument('[names...]', 'only these: a name, or kind/name, as in trigger/release; a kind alone means all of it'),
    'export > triggers.yaml',
    'export trigger/release application/web',
    'export hook',
  ).action(async (names: readonly string[], _: unknown, command: Command) => {
    const session = await begin(command, io);
    const asked = new Set(names.map((name) => name.toLowerCase()));
    const used = new Set<string>();
    const documents = await exportDocuments(session, (one) => {
      const [by] = [idOf(one), one.name, one.kind.toLowerCase()].filter((word) => asked.has(word));
      if (by !== undefined) used.add(by);
      return by !== undefined || asked.size === 0;
    });
    const unknown = [...asked].find((name) => !used.has(name) && !KINDS.some((kind) => kind.toLowerCase() === name));
    if (unknown !== undefined)
      throw misused(`nothing here is named ${JSON.stringify(unknown)}: give a name, kind/name, or one of ${KINDS.join(', ').toLowerCase()}`);
    if (session.format === 'json') io.out(`${JSON.stringify(documents, null, 2)}\n`);
    else if (session.reader === 'shell') io.out(documents.map(({ kind, name }) => `${textOf(kind).toLowerCase()}/${textOf(name)}\n`).join(''));
    else io.out(exportText(documents));
    session.hint(`For completion in an editor: image-triggers schema > ${SCHEMA_FILE}`);
    session.hint('Next: image-triggers diff -f FILE');
  });

  examples(
    program.command('schema').description(`print the JSON Schema of such files (${API_VERSION}), as GET /v1/schema.json answers it`),
    `schema > ${SCHEMA_FILE}`,
  ).action(() => io.out(`${JSON.stringify(fileJsonSchema(), null, 2)}\n`));
};
