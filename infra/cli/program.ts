/** The command line as a whole: noun, then verb. Exit 0 when done, 1 when it could not be done, 2 when it was asked for wrongly. */
import { Command, CommanderError, Option } from 'commander';
import { version } from '../version.ts';
import { addApplicationCommands } from './application-commands.ts';
import { addApplyCommand } from './apply-command.ts';
import { addCallCommands } from './call-commands.ts';
import { addCompletionCommands } from './completion-commands.ts';
import { addDeadLetterCommands } from './dead-letter-commands.ts';
import { addDiffCommand } from './diff-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { addExportCommands } from './export-command.ts';
import { callIdOf, examples, nameOf, urlIdOf } from './flags.ts';
import { addHookCommands } from './hook-commands.ts';
import { addImportCommand } from './import-command.ts';
import { CliError, type Io } from './io.ts';
import { addLogsCommand } from './logs-command.ts';
import { addOpenCommand } from './open-command.ts';
import { FORMATS } from './output.ts';
import { addPushCommands } from './push-commands.ts';
import { refuseSecretUrl } from './secret-url.ts';
import { addTriggerCommands } from './trigger-commands.ts';

export const run = async (args: readonly string[], io: Io): Promise<0 | 1 | 2> => {
  const program = makeProgram(io);
  try {
    // Who asks for nothing wants to know what there is.
    if (args.length === 0) program.help();
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has said already what is wrong with the flags; its exit code for help is 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const message = error instanceof Error ? error.message : String(error);
    if (message !== '') io.err(`error: ${message}\n`);
    return error instanceof CliError ? error.exitCode : 1;
  }
};

export const makeProgram = (io: Io): Command => {
  const program = new Command('image-triggers')
    .description('Push a container image, and the right applications run exactly that image, once, in seconds.')
    .version(version(), '--version', 'show the version')
    .option('--data <dir>', 'data directory of the local engine (or set IMAGE_TRIGGERS_DATA; else .image-triggers)')
    .option('--stack <name>', 'a stack on AWS instead of the local engine (or set IMAGE_TRIGGERS_STACK)')
    .option('--region <region>', 'with --stack: its AWS region (or set IMAGE_TRIGGERS_REGION)')
    .addOption(
      new Option('-o, --output <format>', 'how to show data; wide is a table with more columns, name what the next command takes')
        .choices(FORMATS)
        .default('table'),
    )
    .addOption(new Option('--lang <lang>', 'language of reasons, labels and columns').choices(['en', 'zh']));
  examples(
    program,
    'application create web --http https://web.example.com/deploy',
    'trigger create release --registry alibaba-acr --repository registry.cn-beijing.aliyuncs.com/shop/web --expression "release-v.*" --application web',
    'call list --trigger release',
    'explain registry.cn-beijing.aliyuncs.com/shop/web:release-v3',
    'call list --stack ImageTriggers --region eu-central-1',
  );
  // In the order of use.
  program.commandsGroup('What deploys where:');
  addApplicationCommands(program, io);
  addTriggerCommands(program, io);
  addHookCommands(program, io);
  addPushCommands(program, io);
  program.commandsGroup('As files:');
  addApplyCommand(program, io);
  addDiffCommand(program, io);
  addExportCommands(program, io);
  addImportCommand(program, io);
  program.commandsGroup('What happened, and why:');
  addCallCommands(program, io);
  addLogsCommand(program, io);
  addOpenCommand(program, io);
  program.commandsGroup('Around it:');
  addDoctorCommand(program, io);
  addDeadLetterCommands(program, io);
  addCompletionCommands(program, io);
  program.helpCommand(true);
  settle(program, io);
  return program;
};

/** What may stand for an argument, by its name in the usage. */
const ARGUMENTS: Readonly<Record<string, (text: string) => string>> = { name: nameOf, id: callIdOf, 'url-id': urlIdOf };

/** Each command inherits neither where to write nor that it must not end the process. */
const settle = (command: Command, io: Io, path = command.name()): void => {
  command
    .exitOverride()
    .showHelpAfterError(`Try: ${path} --help`)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: io.out, writeErr: io.err, getOutHelpWidth: () => io.columns ?? 100, getErrHelpWidth: () => io.columns ?? 100 });
  // One that takes several is read by whoever takes it.
  for (const argument of command.registeredArguments.filter(({ variadic }) => !variadic)) {
    const read = ARGUMENTS[argument.name()] ?? argument.parseArg ?? ((text: string) => text);
    argument.argParser((text: string, before: unknown) => {
      refuseSecretUrl(text);
      return read(text, before);
    });
  }
  for (const each of command.commands) settle(each, io, `${path} ${each.name()}`);
};
