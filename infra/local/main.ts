/** `npm start`: the local engine as a process. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runEngine } from './engine.ts';
import { isLoopback, readOptions, USAGE } from './options.ts';
import { synthesise } from './synth.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const fail = (error: unknown): never => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
};

const run = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') return say(USAGE);
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  if (!isLoopback(options.host))
    process.stderr.write(
      `WARNING: listening on ${options.host}: everybody who reaches this address can post to the webhook URLs they know and try tokens on the API. Use it in a network you trust${options.publicUrl === undefined ? ', and give --public-url, or the URLs handed out are of no use elsewhere' : ''}.\n`,
    );
  const assembly = options.assembly ?? (await synthesise(ROOT));
  const engine = await runEngine(options, assembly, say);
  if (engine.plan.ignored.length > 0) say(`has no meaning on this machine and is left out: ${engine.plan.ignored.join(', ')}`);
  say(`webhooks   ${options.publicUrl ?? engine.url}/hooks/…`);
  say(`API        ${engine.url}/v1   (Authorization: Bearer …, the token is in ${join(options.data, 'endpoint.json')})`);
  say(`logs       ${join(options.data, 'logs')}`);
  say('ready');
  await interrupted;
  await engine.stop();
};

run().then(() => process.exit(0), fail);
