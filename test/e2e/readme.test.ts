/**
 * README's commands, run as they stand there by a shell against a real engine, in its order. What stands for something of the
 * reader's own is replaced; what cannot run here is listed with its reason. A command that is neither turns this red.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fields, list, parseJson, text } from '../../infra/local/json.ts';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';
import { listen, runCommand } from '../cli/command-line.ts';
import { type ReadmeCommand, readmeCommands, readmeMentions } from './readme-commands.ts';
import { freePort } from './registry-process.ts';

/** What is not run here, by how it begins, and why. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^npm ci && npm run demo/, 'a step of .ci/run'],
  [/^npm ci && npm test/, 'a step of .ci/run'],
  [/^npm ci$/, 'this test needs it done'],
  [/^npm start/, 'the engine of this test is started as it does'],
  [
    /^npm run (?:deploy|diff|destroy|bench|conformance)/,
    'needs an account, or is a step of .ci/run; the stack goes to moto in test/conformance/deployment.test.ts',
  ],
  [/^npx cdk /, 'needs an account'],
  [/^aws /, 'needs an account'],
  [/--to-version/, 'its target has to take templates, as README says: story.test.ts has one'],
  [/hook connect/, 'asks a vendor: test/cli/connect.test.ts has their APIs'],
];

/** An engine of its own for each: their names meet otherwise. */
const PARTS = ['here', 'docker', 'aws'] as const;
type Part = (typeof PARTS)[number];
const partOf = ({ heading, text }: ReadmeCommand): Part => (heading.includes('Docker') ? 'docker' : text.includes('--stack') ? 'aws' : 'here');

const commands = readmeCommands();
const elsewhere = (command: ReadmeCommand): string | undefined => ELSEWHERE.find(([pattern]) => pattern.test(command.text))?.[1];
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const REPOSITORY = 'liusheng-registry.cn-beijing.cr.aliyuncs.com/shop/web';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe.each(PARTS)("README's commands (%s)", (part) => {
  let directory = '';
  let engine: Engine;
  let sink: Server;
  let sinkUrl = '';
  const own = new Map<string, string>();

  const shell = async (script: string): Promise<Ran> => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: directory,
      env: { ...process.env, PATH: `${join(directory, 'bin')}${delimiter}${process.env.PATH}`, IMAGE_TRIGGERS_DATA: join(directory, 'data'), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (piece) => {
      said.out += String(piece);
    });
    child.stderr.on('data', (piece) => {
      said.err += String(piece);
    });
    await once(child, 'close');
    return { code: child.exitCode, ...said };
  };
  const ok = async (script: string): Promise<Ran> => {
    const ran = await shell(script);
    expect(ran.code, `${script}\n${ran.out}${ran.err}`).toBe(0);
    return ran;
  };
  const callsEnd = async (): Promise<void> => {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const { items } = fields(parseJson((await ok('npx image-triggers call list -o json')).out, 'calls'), 'calls');
      if (list(items, 'items').every((item) => !['queued', 'running'].includes(text(fields(item, 'call').status, 'status')))) return;
      await pause(100);
    }
    throw new Error('the calls never ended');
  };
  const push = async (tag: string): Promise<void> => {
    const body = JSON.stringify({
      push_data: { tag, digest: DIGEST.replace('ab', tag.slice(-1).padStart(2, '0')) },
      repository: { repo_full_name: 'shop/web', region: 'cn-beijing' },
    });
    await ok(`curl -sf -H 'content-type: application/json' -d '${body}' '${own.get('THE WEBHOOK URL')}'`);
    await callsEnd();
  };
  /** What a reader has done by then, as the text around the command says. */
  const before = async (command: string): Promise<void> => {
    if (/application rollback web$/.test(command)) {
      await ok('npx image-triggers application release web');
      for (const tag of ['release-v3', 'release-v4']) await push(tag);
    }
    if (command.includes('THE TRIGGER URL') && !own.has('THE TRIGGER URL')) {
      const made = fields(parseJson((await ok('npx image-triggers application trigger-url create web -o json')).out, 'made'), 'made');
      own.set('THE TRIGGER URL', text(made.url, 'url'));
    }
  };
  const replaced = (command: string): string =>
    [
      ...own,
      ['https://deploy.example.com/web', `${sinkUrl}/web`] as const,
      ['--stack ImageTriggers ', ''] as const,
      ['--registry-host …', '--registry-host liusheng-registry.cn-beijing.cr.aliyuncs.com'] as const,
      [' IMAGE', ` ${REPOSITORY}:release-v2`] as const,
      [' DIGEST', ` ${DIGEST}`] as const,
    ].reduce((all, [from, to]) => all.replaceAll(from, to), command);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'readme-'));
    sink = createServer((_, response) => void response.end('ok'));
    sinkUrl = await listen(sink);
    mkdirSync(join(directory, 'bin'));
    const main = join(import.meta.dirname, '..', '..', 'infra', 'cli', 'main.ts');
    writeFileSync(join(directory, 'bin', 'npx'), `#!/bin/sh\n[ "$1" = image-triggers ] || exit 99\nshift\nexec "${process.execPath}" "${main}" "$@"\n`);
    chmodSync(join(directory, 'bin', 'npx'), 0o755);
    writeFileSync(join(directory, 'web.yaml'), `image: '${REPOSITORY}:release-v1'\n`);
    engine = await startEngine({ data: join(directory, 'data'), port: await freePort(), allow: [new URL(sinkUrl).host] });
  }, 120_000);
  afterAll(async () => {
    await engine?.stop();
    sink?.closeAllConnections();
    sink?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const command of commands.filter((each) => partOf(each) === part)) {
    const why = elsewhere(command);
    (why === undefined ? it : it.skip)(
      `${command.text.split('\n')[0]}${why === undefined ? '' : ` (skipped: ${why})`}`,
      async () => {
        await before(command.text);
        const { out } = await ok(replaced(command.text));
        const url = /https?:\/\/\S+\/hooks\/it_\S+/.exec(out)?.[0];
        if (url !== undefined && !own.has('THE WEBHOOK URL')) own.set('THE WEBHOOK URL', url);
        await callsEnd();
      },
      60_000,
    );
  }
});

it.each(readmeMentions())('README names the command "%s", and it is one', async (words) => {
  const ran = await runCommand(`${words} --help`, {});
  expect(ran.code, ran.err).toBe(0);
  expect(ran.out).toContain(`image-triggers ${words}`);
});

it('runs most of them', () => {
  expect(commands.filter((each) => elsewhere(each) === undefined).length).toBeGreaterThan(commands.length / 2);
});
