/** Debian's `webhook` with the same rule as our trigger: the signature, and an expression over the tag. https://github.com/adnanh/webhook */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EXPRESSION, SECRET, SIGNATURE_HEADER, TAG_FIELD } from './deliveries.ts';

export const WITHOUT_WEBHOOK = 'Debian’s `webhook` is not on PATH: apt-get install webhook';

export const hasWebhook = (process.env.PATH ?? '').split(delimiter).some((directory) => {
  try {
    accessSync(join(directory, 'webhook'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

export interface DebianWebhook {
  readonly pid: number;
  readonly url: string;
  /** Lines of its log that the expression matches. */
  logged(expression: RegExp): number;
  end(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** `waits`: it answers when the command has ended, else at once. */
export const startDebianWebhook = async (room: string, { waits, verbose }: { readonly waits: boolean; readonly verbose: boolean }): Promise<DebianWebhook> => {
  const hooks = [
    {
      id: 'hub',
      'execute-command': '/bin/true',
      'include-command-output-in-response': waits,
      'trigger-rule': {
        and: [
          { match: { type: 'payload-hmac-sha256', secret: SECRET, parameter: { source: 'header', name: SIGNATURE_HEADER } } },
          { match: { type: 'regex', regex: `^${EXPRESSION}$`, parameter: { source: 'payload', name: TAG_FIELD } } },
        ],
      },
    },
  ];
  const file = join(mkdtempSync(join(room, 'webhook-')), 'hooks.json');
  writeFileSync(file, JSON.stringify(hooks));
  const port = await freePort();
  const child = spawn('webhook', ['-hooks', file, '-ip', '127.0.0.1', '-port', String(port), ...(verbose ? ['-verbose'] : [])], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const url = `http://127.0.0.1:${port}/hooks/hub`;
  await answers(url, child);
  return {
    pid: child.pid ?? 0,
    url,
    logged: (expression) => log.split('\n').filter((line) => expression.test(line)).length,
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};

const answers = async (url: string, child: ChildProcess): Promise<void> => {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries += 1) {
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await pause(25);
  }
  throw new Error(`webhook did not answer at ${url} within 5 s`);
};
