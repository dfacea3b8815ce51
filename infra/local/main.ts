/** `npm start`: the local engine as a process. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diskTrouble } from './disk-trouble.ts';
import { dockerTrouble } from './docker-client.ts';
import { runEngine } from './engine.ts';
import { DEFAULT_OPTIONS, isLoopback, readOptions, USAGE } from './options.ts';
import { synthesise } from './synth.ts';
import { tablesTrouble } from './tables.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Set as soon as the engine uses it: what fails before is not about its disk. */
let data: string | undefined;

const end = (error: unknown, otherwise: (error: unknown) => string): never => {
  const trouble = data === undefined ? undefined : (diskTrouble(error, data) ?? tablesTrouble(error, data));
  process.stderr.write(`${trouble ?? otherwise(error)}\n`);
  process.exit(1);
};

const fail = (error: unknown): never => end(error, (other) => (other instanceof Error ? other.message : String(other)));

// dynalite throws out of its own callbacks when LevelDB cannot write. Whatever else comes here is a fault of the engine: with its stack.
process.on('uncaughtException', (error) =>
  end(error, (other) => `the local engine has a fault and ends: ${other instanceof Error ? other.stack : String(other)}`),
);

const run = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') return say(USAGE);
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const assembly = options.assembly ?? (await synthesise(ROOT));
  data = options.data;
  const engine = await runEngine(options, assembly, say);
  if (!isLoopback(options.host))
    process.stderr.write(
      `WARNING: listening on ${options.host}: everybody who reaches this address can post to the webhook URLs they know and try tokens on the API. Use it in a network you trust${options.publicUrl === undefined ? ', and give --public-url, or the URLs handed out are of no use elsewhere' : ''}.\n`,
    );
  say(`webhooks   ${options.publicUrl ?? engine.url}/hooks/…`);
  say(`API        ${engine.url}/v1   (Authorization: Bearer …, the token is in ${join(options.data, 'endpoint.json')})`);
  if (options.docker !== undefined) {
    const trouble = await dockerTrouble(options.docker);
    if (trouble === undefined) say(`containers ${options.docker}`);
    else process.stderr.write(`WARNING: ${trouble}\n`);
  }
  say(`logs       ${join(options.data, 'logs')}`);
  say(`page       npx image-triggers open${options.data === DEFAULT_OPTIONS.data ? '' : ` --data ${options.data}`}   (in another terminal, in this directory)`);
  // For whoever looks for an alarm or a role here.
  if (engine.plan.ignored.length > 0) say(`left out   what has no meaning on this machine: ${engine.plan.ignored.join(', ')}`);
  say('ready');
  await interrupted;
  await engine.stop();
};

run().then(() => process.exit(0), fail);
