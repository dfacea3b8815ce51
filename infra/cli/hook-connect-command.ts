/** `image-triggers hook connect`: the webhook of a hook, made by the API of its registry. */
import { type Command, Option } from 'commander';
import type { Fields } from '../../functions/core/fields.ts';
import { deliveryText, firstDelivery } from './first-delivery.ts';
import { addDestroyFlags, examples, whole } from './flags.ts';
import { CliError, type Io, misused, readSecret } from './io.ts';
import { addKeepFlag, endsAtOnce } from './keep-flag.ts';
import { isThisMachine } from './registry-api.ts';
import { type Connected, connectRegistry } from './registry-connect.ts';
import { begin } from './session.ts';

interface ConnectFlags {
  readonly for: string;
  readonly tokenFile: string;
  readonly user?: string;
  readonly at?: string;
  readonly urlFile?: string;
  readonly secretFile?: string;
  readonly newSecret?: boolean;
  readonly keep?: string;
  readonly wait: number;
}

export const addConnectCommand = (hook: Command, io: Io): void => {
  examples(
    addDestroyFlags(
      addKeepFlag(
        hook
          .command('connect <name>')
          .description(
            'make the webhook at the registry, by the API of Harbor, Gitea, GitHub or Azure, from this machine; one of ours that is there is changed',
          )
          .requiredOption('--for <what>', 'project (Harbor), OWNER/REPOSITORY or organisation (GitHub, Gitea; @me for your own packages), resource id (Azure)')
          .requiredOption('--token-file <file>', 'file with the token or password that may make webhooks there, used once and not kept; - for standard input')
          .option('--user <name>', 'the user whose password it is (Harbor)')
          .option('--at <url>', "the registry's API, where it does not follow from the registry host of the hook")
          .option('--secret-file <file>', 'file with the secret that the hook asks for already; - for standard input')
          .option('--new-secret', 'give hook and registry a new secret; one that the hook has stays valid for seven days')
          .option('--url-file <file>', 'file with the URL of the hook, to use it again instead of making a second one; - for standard input')
          .addOption(new Option('--wait <seconds>', 'how long to wait for the first delivery; 0 for not at all').argParser(whole).default(30)),
        'while two URLs or secrets are valid already: former drops the newest, newest ends the former',
      ),
    ),
    'hook connect hub --for library --user admin --token-file password.txt',
    'hook connect ghcr --for shop/web --new-secret --token-file - < token.txt',
    'hook connect azure --for "$(az acr show --name shop --query id -o tsv)" --token-file token.txt',
  ).action(async (name: string, flags: ConnectFlags, command: Command) => {
    const files = [flags.tokenFile, flags.secretFile, flags.urlFile];
    if (files.filter((file) => file === '-').length > 1)
      throw misused('standard input can be one of --token-file, --secret-file and --url-file: give files for the others');
    if (flags.secretFile !== undefined && flags.newSecret === true)
      throw misused('give either --secret-file, for the secret that the hook has, or --new-secret');
    const read = async (file: string | undefined): Promise<string | undefined> => (file === undefined ? undefined : readSecret(file, io));
    const [token, secret, url] = [await readSecret(flags.tokenFile, io), await read(flags.secretFile), await read(flags.urlFile)];
    const session = await begin(command, io);
    const { at, user, keep } = flags;
    if (keep !== undefined) await session.confirm(() => endsAtOnce(flags.newSecret === true ? 'URL and secret' : 'URL', keep, name));
    const done = await connectRegistry(
      {
        hook: name,
        place: flags.for,
        token,
        newSecret: flags.newSecret === true,
        ...(secret === undefined ? {} : { secret }),
        ...(url === undefined ? {} : { url: url.trim() }),
        ...(at === undefined ? {} : { at }),
        ...(user === undefined ? {} : { user }),
        ...(keep === undefined ? {} : { keep }),
      },
      session,
    );
    const { problem, previousValidUntil, ping, known, pings, ...shown } = done;
    const show = (more: Fields = {}): void =>
      session.showOne({ name, for: flags.for, ...shown, previousValidUntil, problem, ...more }, [
        ['Name', name],
        ['Registry', `${done.registry} at ${done.at}`],
        ['For', flags.for],
        ['Deliveries go to', done.to],
        ['Webhook', `${done.id}, ${done.changed ? 'changed' : 'made'}`],
        ['Deliveries prove themselves by', PROOFS[done.proof ?? 'url']],
        ['Previous URL valid until', previousValidUntil],
      ]);
    // People see what was done while they wait; a program gets one answer.
    if (problem !== undefined || session.reader === 'people') show();
    if (problem !== undefined) throw new CliError(problem);
    if (isThisMachine(new URL(done.to)))
      session.hint(
        `${done.to} is this machine, which the registry reaches only if it runs here too: start the engine with --public-url https://…, and connect again with --keep newest.`,
      );
    if (done.proof === undefined) session.hint('With --new-secret they would prove themselves by a secret as well.');
    await ping?.().catch((error: unknown) =>
      session.hint(`The webhook is there, but cannot be tested: ${error instanceof Error ? error.message : String(error)}`),
    );
    if (flags.wait > 0)
      session.hint(`Waiting up to ${flags.wait} s for the first delivery${pings ? '' : `: push an image now, as ${done.registry} sends nothing before`} …`);
    const delivery = await firstDelivery(name, known, flags.wait, session);
    if (session.reader !== 'people') show({ delivery });
    if (delivery?.verdict === 'refused')
      throw new CliError(`${deliveryText(done.registry, delivery)}\nTry: image-triggers hook connect ${name} … --new-secret --keep former`);
    session.hint(delivery === undefined ? silenceText(done, flags.wait) : `${deliveryText(done.registry, delivery)}.`);
    session.hint(`Next: push an image, then  image-triggers hook deliveries ${name}`);
    if (previousValidUntil !== undefined)
      session.hint(`When its call is there: image-triggers hook rotate ${name} --keep newest  (whatever else posts to the former URL needs the new one)`);
  });
};

const silenceText = ({ registry, to, pings }: Connected, waited: number): string => {
  if (waited === 0) return 'Nothing is known of a delivery yet.';
  return pings ? `Nothing came in ${waited} s: does ${registry} reach ${to}? Its own page of the webhook says what it tried.` : `Nothing came in ${waited} s.`;
};

const PROOFS = { hmac: 'URL and signature', header: 'URL and header', url: 'URL alone' } as const;
