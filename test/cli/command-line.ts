/** The command line against the API behind a real server that asks for the engine's bearer token. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { filesBelow } from '../../infra/cli/files-below.ts';
import { utf8 } from '../../infra/cli/io.ts';
import { run } from '../../infra/cli/program.ts';
import { startApi, type TestApi } from '../api/api.ts';

const TOKEN = 'local-token';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Around {
  readonly stdin?: string;
  readonly columns?: number;
  readonly colour?: boolean;
  /** What is typed when the terminal asks; without it there is no terminal. */
  readonly answer?: string | (() => Promise<string>);
  /** What happens while a command lets time pass. */
  readonly pause?: (ms: number) => Promise<void>;
  /** Given when Ctrl-C is pressed. */
  readonly interruption?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandLine {
  readonly api: TestApi;
  /** The data directory that names the server. */
  readonly data: string;
  readonly url: string;
  /** With this data directory, unless another one is given. */
  run(args: string, around?: Around): Promise<Ran>;
  /** The same, expected to end well. */
  ok(args: string, around?: Around): Promise<Ran>;
  stop(): Promise<void>;
}

export const listen = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
};

/** Arguments as a shell would split them, with '…' for blanks. */
export const runCommand = async (
  args: string,
  { stdin = '', columns, colour = false, answer, pause = async () => undefined, interruption, env = {} }: Around,
): Promise<Ran> => {
  let [out, err] = ['', ''];
  const code = await run(
    [...args.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''),
    {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      readFile: async (path) => utf8(await readFile(path)),
      readStdin: async () => stdin,
      filesBelow,
      openBrowser: async () => false,
      pause,
      ...(interruption === undefined ? {} : { interruption: () => interruption }),
      env,
      columns,
      colour,
      prompt:
        answer === undefined
          ? undefined
          : async (question) => {
              err += question;
              return typeof answer === 'string' ? answer : answer();
            },
    },
  );
  return { code, out, err };
};

export const startCommandLine = async (): Promise<CommandLine> => {
  const api = await startApi();
  const server = createServer(async (request, response) => {
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      return void response.writeHead(403, { 'content-type': 'application/json' }).end('{"message":"Forbidden"}');
    let body = '';
    for await (const piece of request) body += String(piece);
    const method = request.method ?? 'GET';
    const asked = new Request(`http://api.invalid${request.url}`, {
      method,
      headers: { 'content-type': 'application/json', ...(request.headers['if-match'] === undefined ? {} : { 'if-match': request.headers['if-match'] }) },
      ...(body === '' ? {} : { body }),
    });
    const answer = await api.app.fetch(asked, { requestId: 'cli' });
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  });
  const url = await listen(server);
  const data = await mkdtemp(join(tmpdir(), 'image-triggers-cli-'));
  await writeFile(join(data, 'endpoint.json'), JSON.stringify({ url, token: TOKEN, pid: 1 }));

  const runHere = (args: string, around: Around = {}): Promise<Ran> => runCommand(args, { env: { IMAGE_TRIGGERS_DATA: data }, ...around });
  return {
    api,
    data,
    url,
    run: runHere,
    ok: async (args, around) => {
      const ran = await runHere(args, around);
      expect(ran, `${args}: ${ran.err}`).toMatchObject({ code: 0 });
      return ran;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await api.stop();
      await rm(data, { recursive: true });
    },
  };
};
