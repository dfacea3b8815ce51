/** `image-triggers export` and `schema`: what there is as files, and what such files may hold. What they do is loaded when it is asked for. */
import type { Command } from 'commander';
import { examples } from './flags.ts';
import type { Io } from './io.ts';
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
    const { exportNamed } = await import('./files/export.ts');
    await exportNamed(names, session);
  });

  examples(
    program.command('schema').description('print the JSON Schema of such files, as GET /v1/schema.json answers it'),
    'schema > image-triggers.schema.json',
  ).action(async () => {
    const { fileJsonSchema } = await import('../../functions/schema/file-json-schema.ts');
    io.out(`${JSON.stringify(fileJsonSchema(), null, 2)}\n`);
  });
};
