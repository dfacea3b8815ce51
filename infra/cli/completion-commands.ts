/** `image-triggers completion`, and what its scripts run. */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Argument, type Command } from 'commander';
import { list, textOf } from '../../functions/core/fields.ts';
import { complete, FILES, type Kind, type NamesOf } from './complete.ts';
import { SCRIPTS, SHELLS, type Shell } from './completion-scripts.ts';
import { connect } from './connect.ts';
import { examples } from './flags.ts';
import type { Io } from './io.ts';

/** Whoever presses Tab waits. */
const TIMEOUT_MS = 1_000;
const MOST = 100;

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

const PATHS: Readonly<Record<Kind, (owner: string) => string>> = {
  application: () => `/v1/applications?limit=${MOST}`,
  hook: () => `/v1/hooks?limit=${MOST}`,
  trigger: () => `/v1/triggers?limit=${MOST}`,
  call: () => '/v1/calls?limit=20',
  'trigger-url': (owner) => `/v1/applications/${encodeURIComponent(owner)}/trigger-urls`,
};

export const addCompletionCommands = (program: Command, io: Io): void => {
  examples(
    program
      .command('completion')
      .description('print what a shell reads to complete commands, flags and names')
      .addArgument(new Argument('<shell>', 'which one').choices(SHELLS)),
    'completion bash >> ~/.bashrc',
    'completion zsh > ~/.zfunc/_image-triggers',
    'completion fish > ~/.config/fish/completions/image-triggers.fish',
  ).action((shell: Shell) => {
    io.out(SCRIPTS[shell]([process.execPath, MAIN]));
    // Not where it is read by the shell itself, each time that one starts.
    if (io.columns !== undefined) io.err(`\nNext: write it where ${shell} reads it, as the examples of "image-triggers completion --help" do\n`);
  });

  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const found = await complete(program, words, namesBy(io));
      if (found === FILES) io.out(':files\n');
      else for (const { value, description } of found) io.out(`${value}${description === '' ? '' : `\t${description}`}\n`);
    });
};

/** Nothing, where it cannot be known in time: there is nowhere to say why. A stack is looked for first, which takes time too. */
const namesBy =
  (io: Io): NamesOf =>
  (...asked) =>
    Promise.race([names(io, ...asked).catch(() => []), pause(TIMEOUT_MS, [], { ref: false })]);

const names = async (io: Io, ...[kind, { data, stack, region }, owner = '']: Parameters<NamesOf>): Promise<readonly string[]> => {
  const where = { ...(data === undefined ? {} : { data }), ...(stack === undefined ? {} : { stack }), ...(region === undefined ? {} : { region }) };
  const api = await connect(where, io);
  const { status, body } = await api({ method: 'GET', path: PATHS[kind](owner), timeoutMs: TIMEOUT_MS });
  if (status >= 300) return [];
  return list(body.items).map((item) => textOf(kind === 'call' || kind === 'trigger-url' ? item.id : item.name));
};
