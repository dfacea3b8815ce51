/** Something else listens where the engine was: its answers are told apart, and never shown as data. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listen, runCommand } from './command-line.ts';

const http =
  (status: string, body: string, more = '') =>
  (socket: Socket) =>
    void socket.end(`HTTP/1.1 ${status} X\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n${more}\r\n${body}`);

test.each([
  ['a page', http('200', '<html>')],
  ['JSON of another kind', http('200', '{"status":"ok"}')],
  ['a list', http('200', '[]')],
  ['nothing', http('204', '')],
  ['a redirect', http('302', '', 'location: http://127.0.0.1:1/\r\n')],
  ['not found, as JSON', http('404', '{"message":"Not Found"}')],
  ['not found, in words', http('404', 'no')],
  ['not HTTP', (socket: Socket) => void socket.end('220 ready\r\n')],
])('%s', async (_, answer) => {
  const other = createServer((socket) => void socket.on('error', () => undefined).once('data', () => answer(socket)));
  const data = await mkdtemp(join(tmpdir(), 'image-triggers-other-'));
  await writeFile(join(data, 'endpoint.json'), JSON.stringify({ url: await listen(other), token: 'x' }));
  try {
    for (const args of ['call list', 'hook show x', 'application grant x', 'explain r.example/a:b', 'call show 01JZ0000000000000000000000.x'])
      expect(await runCommand(args, { env: { IMAGE_TRIGGERS_DATA: data } }), args).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringMatching(/^error: what listens at http\S+ is not an Image Triggers API \(.*"npm start"/),
      });
  } finally {
    other.close();
    await rm(data, { recursive: true });
  }
});

test('the file of an engine that was killed: nobody is sent its token', async () => {
  let asked = 0;
  const other = createServer(() => {
    asked += 1;
  });
  const data = await mkdtemp(join(tmpdir(), 'image-triggers-killed-'));
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await writeFile(join(data, 'endpoint.json'), JSON.stringify({ url: await listen(other), token: 'x', pid }));
  try {
    expect(await runCommand('call list', { env: { IMAGE_TRIGGERS_DATA: data } })).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/runs no more/),
    });
    expect(asked).toBe(0);
  } finally {
    other.close();
    await rm(data, { recursive: true });
  }
});
