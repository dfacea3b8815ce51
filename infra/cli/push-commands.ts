/**
 * `image-triggers push send`: posts what a registry would post of a push to a real webhook URL, with what the hook asks for
 * beside it. Nothing of the stack is asked: the URL is all that it takes, and it is a secret.
 */
import type { Command } from 'commander';
import { type Fields, textOf } from '../../functions/core/fields.ts';
import { addCredentialFlags, credentialOf, examples, nameOf } from './flags.ts';
import { addPushFlags, type TestFlags, testHook } from './hook-test-command.ts';
import { CliError, type Io, misused, readSecret } from './io.ts';
import { formatOf, readerOf, structured } from './output.ts';
import { type Delivery, makeDelivery } from './sample-delivery.ts';
import { hookIn } from './secret-url.ts';
import { postDelivery, webhookUrl } from './webhook.ts';

interface SendFlags extends TestFlags {
  readonly registry?: string;
  readonly hook?: string;
  readonly urlFile?: string;
  readonly dryRun?: boolean;
}

export const addPushCommands = (program: Command, io: Io): void => {
  const push = examples(
    program.command('push').description('a push, as a registry tells of it'),
    'push send --registry harbor --repository harbor.example.com/shop/web --tag v1 --url-file url.txt',
  );

  examples(
    addCredentialFlags(
      addPushFlags(
        push
          .command('send')
          .description('post what a registry would post of a push to a webhook URL')
          .option('--registry <format>', 'as this sender tells of it: harbor, dockerhub, ghcr …, or app-center for a trigger URL; "?" is answered with all')
          .option('--url-file <file>', 'file with the webhook URL, which is a secret; - for standard input')
          .option('--hook <name>', 'instead of both: through this hook, behind the verification, as "hook test" does it', nameOf),
      ),
    ).option('--dry-run', 'show what would be posted, and post nothing; the URL is not needed then'),
    'push send --registry harbor --repository harbor.example.com/shop/web --tag v1 --url-file url.txt',
    'push send --registry ghcr --repository shop/web --tag v1 --url-file - --credential hmac --credential-file secret.txt < url.txt',
    'push send --registry dockerhub --repository shop/web --tag v1 --dry-run -o json',
    'push send --hook acr --repository shop/web --tag v1',
  ).action(async (flags: SendFlags, command: Command) => {
    const { registry, hook, urlFile, dryRun } = flags;
    const given: Fields = command.opts();
    if (hook !== undefined) {
      const beside = ['registry', 'urlFile', 'credential', 'credentialFile'].filter((flag) => given[flag] !== undefined);
      if (beside.length > 0)
        throw misused('--hook needs neither --registry nor --url-file nor --credential: the stack knows the hook, and the test begins behind its verification');
      return testHook(hook, flags, command, io);
    }
    if (registry === undefined) throw misused('give --registry and --url-file, to post to a webhook URL, or --hook');
    if (urlFile === undefined && dryRun !== true)
      throw misused('give --url-file FILE (or - for standard input): on the command line the URL would stay in the history of the shell');
    if (urlFile === '-' && given.credentialFile === '-')
      throw misused('standard input can be one of --url-file and --credential-file: give a file for the other');
    const url = urlFile === undefined ? undefined : webhookUrl(await readSecret(urlFile, io));
    const delivery = await makeDelivery(registry, flags, await credentialOf(given, io));
    if (dryRun === true || url === undefined) return show(delivery, command, io);
    const { status, body } = await postDelivery(url, delivery);
    showAnswer({ status, ...body }, command, io);
    const name = hookIn(url.href);
    const next = name === undefined || readerOf(formatOf(command.optsWithGlobals().output)) !== 'people' ? '' : `Next: image-triggers hook deliveries ${name}`;
    if (status >= 300) throw new CliError(`the delivery was not taken (${status})${next === '' ? '' : `\n${next}`}`);
    if (next !== '') io.err(`${next}\n`);
  });
};

/** As it would go over the wire; what proves it is a secret. */
const show = ({ method, headers, body, secret }: Delivery, command: Command, io: Io): void => {
  const shown = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, name === secret ? '(left out)' : value]));
  const format = formatOf(command.optsWithGlobals().output);
  const text = new TextDecoder().decode(body);
  const lines = [method, ...Object.entries(shown).map(([name, value]) => `${name}: ${value}`), '', structured('json', JSON.parse(text))];
  io.out(`${readerOf(format) === 'program' ? structured(format, { dryRun: true, method, headers: shown, body: text }) : lines.join('\n')}\n`);
};

const showAnswer = (answer: Fields, command: Command, io: Io): void => {
  const format = formatOf(command.optsWithGlobals().output);
  io.out(`${readerOf(format) === 'program' ? structured(format, answer) : `${textOf(answer.status)} ${textOf(answer.message)}`.trim()}\n`);
};
