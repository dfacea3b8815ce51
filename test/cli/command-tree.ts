/** Every command there is, with the examples of its help. */
import type { Command } from 'commander';
import { makeProgram } from '../../infra/cli/program.ts';
import { SILENT_IO } from './silent-io.ts';

export interface Leaf {
  /** As it is typed: `hook create`. */
  readonly path: string;
  readonly command: Command;
  /** What follows `$ image-triggers ` in its help. */
  readonly examples: readonly string[];
}

/** Of a program of its own, which is free to be changed. */
export const treeOf = (): { readonly program: Command; readonly nouns: readonly Leaf[]; readonly leaves: readonly Leaf[] } => {
  const program = makeProgram(SILENT_IO);
  const all = below(program, '');
  return { program, nouns: all.filter(({ command }) => command.commands.length > 0), leaves: all.filter(({ command }) => command.commands.length === 0) };
};

const below = (command: Command, path: string): readonly Leaf[] => [
  { path: path.trim(), command, examples: examplesOf(command) },
  // Hidden ones are for programs.
  ...command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.name() !== 'help')
    .flatMap((each) => below(each, `${path} ${each.name()}`)),
];

const examplesOf = (command: Command): readonly string[] => {
  let text = '';
  command.configureOutput({ writeOut: (more) => (text += more) });
  command.outputHelp();
  return [...text.matchAll(/^ {2}\$ image-triggers (.*)$/gm)].map(([, line]) => line ?? '');
};

/** Words of a line as a shell would make them; what is redirected, and what stands behind a pipe, is not the command's. */
export const wordsOf = (line: string): readonly string[] => {
  const [own = ''] = line.split(/ (?:[<>|]|>>) ?/);
  return [...own.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double));
};
