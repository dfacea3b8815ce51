/** An engine that cannot start, or cannot go on: one sentence on stderr that names what is wrong and the cure, exit code 1, and nothing left behind. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claim } from '../../infra/local/claim.ts';
import { readEndpoint } from '../../infra/local/data-directory.ts';
import { runEngine } from '../../infra/local/engine.ts';
import { listen } from '../../infra/local/listen.ts';
import { DEFAULT_OPTIONS } from '../../infra/local/options.ts';

const MAIN = fileURLToPath(new URL('../../infra/local/main.ts', import.meta.url));
const ASSEMBLY = fileURLToPath(new URL('./assembly', import.meta.url));

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'start-up-'));
});
afterEach(() => rmSync(base, { recursive: true }));

interface Running {
  readonly pid: number;
  /** What it wrote to stderr, when it has ended. */
  readonly ended: Promise<{ readonly code: unknown; readonly stderr: string }>;
  readonly ready: Promise<void>;
  kill(): void;
}

/** `limit`: blocks that a file may have, 512 or 1024 bytes each, as the shell counts. */
const run = (args: readonly string[], limit = 'unlimited'): Running => {
  const command = [
    '-c',
    `ulimit -f ${limit}; exec "$0" "$@"`,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    MAIN,
    '--assembly',
    ASSEMBLY,
    ...args,
  ];
  const child = spawn('/bin/sh', command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  const ready = Promise.withResolvers<void>();
  child.stdout.on('data', (piece: Buffer) => {
    printed.stdout += piece.toString('utf8');
    if (/^ready$/m.test(printed.stdout)) ready.resolve();
  });
  child.stderr.on('data', (piece: Buffer) => {
    printed.stderr += piece.toString('utf8');
  });
  const ended = once(child, 'close').then(([code]) => {
    ready.reject(new Error(`ended before it was ready: ${printed.stderr}`));
    return { code, stderr: printed.stderr };
  });
  ready.promise.catch(() => undefined);
  return { pid: child.pid ?? 0, ended, ready: ready.promise, kill: () => child.kill('SIGKILL') };
};

describe('an engine that cannot start', () => {
  const data = (): string => join(base, 'data');
  const refused = async (args: readonly string[], sentence: string | RegExp): Promise<void> => {
    const { code, stderr } = await run(args).ended;
    expect([code, stderr.trimEnd().split('\n')]).toEqual([1, [expect.stringMatching(sentence)]]);
  };

  it('because --data is a file', async () => {
    writeFileSync(data(), '');
    await refused(['--data', data(), '--port', '0'], /^--data \S+: \S+ is a file, not a directory; give a directory/);
  });

  it.runIf(process.platform === 'linux')('because nothing can be made at --data', async () => {
    await refused(['--data', '/proc/image-triggers/data', '--port', '0'], /^--data \S+: \S+ cannot be made \(ENOENT\); give a directory/);
  });

  it('because --host is of another machine', async () => {
    // An address that is kept for documentation: RFC 5737.
    await refused(
      ['--data', data(), '--port', '0', '--host', '203.0.113.9'],
      /^--host 203\.0\.113\.9: is no address of this machine: start with 127\.0\.0\.1 /,
    );
  });

  it('because its port is taken', async () => {
    const { port, close } = await listen(createServer(), '127.0.0.1', 0);
    await refused(
      ['--data', data(), '--port', String(port)],
      new RegExp(`^--port ${port}: port ${port} of 127.0.0.1 is taken: stop what uses it, or start with another`),
    );
    await close();
  });

  it('because its tables are damaged', async () => {
    mkdirSync(join(data(), 'tables'), { recursive: true });
    writeFileSync(join(data(), 'tables', 'CURRENT'), 'garbage');
    await refused(
      ['--data', data(), '--port', '0'],
      /tables cannot be opened: its files are damaged, or another program holds them\. End that program, or move/,
    );
  });

  it('ends its functions and frees the directory when it fails at the very end', async () => {
    const starting = runEngine({ ...DEFAULT_OPTIONS, port: 0, data: data() }, ASSEMBLY, () => undefined);
    // An older endpoint.json was removed before the first await: now nothing can take its place.
    mkdirSync(join(data(), 'endpoint.json', 'in the way'), { recursive: true });
    await expect(starting).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
    const children = execFileSync('ps', ['-eo', 'ppid=,args='], { encoding: 'utf8' }).split('\n');
    expect(children.filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes('function-host'))).toEqual([]);
    expect(readdirSync(data())).not.toContain('engine.pid');
    claim(data())();
  });
});

describe('an engine whose disk is full', () => {
  const put = (url: string, accessKeyId: string, target: string, body: object): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/x/aws4_request, SignedHeaders=host, Signature=x`,
        'x-amz-date': '20260101T000000Z',
        'x-amz-target': target,
        'content-type': 'application/x-amz-json-1.0',
      },
      body: JSON.stringify(body),
    });

  it('refuses messages and goes on while only the queues are hit, and ends in words when the tables are', async () => {
    const engine = run(['--data', base, '--port', '0'], '512');
    try {
      await engine.ready;
      const endpoint = readEndpoint(base);
      if (endpoint === undefined) throw new Error('no endpoint.json');
      const statuses: number[] = [];
      for (let index = 0; index < 6; index += 1) {
        const message = { QueueUrl: 'http://x/0/Sample-Orders', MessageBody: 'x'.repeat(120_000), DelaySeconds: 900 };
        statuses.push((await put(endpoint.awsUrl, endpoint.accessKeyId, 'AmazonSQS.SendMessage', message)).status);
      }
      expect([statuses[0], statuses.at(-1)]).toEqual([200, 500]);
      expect((await fetch(`${endpoint.url}/echo/plain`)).status).toBe(200);
      for (let index = 0; index < 20; index += 1) {
        const item = { pk: { S: `item ${index}` }, body: { S: 'x'.repeat(100_000) } };
        try {
          await put(endpoint.awsUrl, endpoint.accessKeyId, 'DynamoDB_20120810.PutItem', { TableName: 'Sample-Table', Item: item });
        } catch {
          break;
        }
      }
      const { code, stderr } = await engine.ended;
      expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([
        1,
        `${base} cannot be written (EFBIG): raise the limit for the size of a file (ulimit -f) and start again`,
      ]);
      expect(stderr).not.toMatch(/^\s+at /m);
    } finally {
      engine.kill();
    }
  });
});
