/** What the API advises names requests; who types commands is told commands. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandOf } from '../../infra/cli/advice.ts';
import { type CommandLine, startCommandLine } from './command-line.ts';

let cli: CommandLine;
let run: CommandLine['run'];
let ok: CommandLine['ok'];
beforeAll(async () => {
  cli = await startCommandLine();
  ({ run, ok } = cli);
});
afterAll(() => cli.stop());

describe('what the API advises is said as commands', () => {
  beforeAll(async () => {
    await ok('application create advised --http https://web.example');
    await ok('hook create advised --registry generic --registry-host r.example');
    await ok('trigger create advised --hook advised --repository a/advised --application advised');
    await ok('hook create turned --registry generic --registry-host r.example');
    await ok('hook rotate turned');
  });

  test.each([
    ['application create advised --http https://web.example', ['application update advised --help']],
    ['application delete advised --yes', ['trigger list --application advised', 'application delete advised --force']],
    ['application show nobody', ['application list']],
    ['hook create advised --registry generic --registry-host r.example', ['hook update advised --help']],
    ['hook delete advised --yes', ['trigger list --hook advised']],
    ['hook update advised --registry-host q.example', ['trigger list --hook advised']],
    ['hook rotate turned', ['hook rotate turned --keep former', 'hook rotate turned --keep newest']],
    ['trigger create advised --hook advised --repository a/b --application advised', ['trigger update advised --help']],
    ['trigger create x --hook advised --only a/b --repository a/b --application advised', ['hook update advised --help']],
    ['trigger create x --hook nobody --repository a/b --application advised', ['hook create NAME --registry FORMAT']],
    ['trigger create x --hook advised --repository a/b --application nobody', ['application create NAME --http URL']],
    ['call list --application advised --status untriggered', ['call list --trigger NAME']],
    ['call show 01JZ0000000000000000000000.x', ['call list']],
  ])('%s', async (args, commands) => {
    const { code, out, err } = await run(args);
    expect(code, err).toBeGreaterThan(0);
    expect(out).toBe('');
    expect(err.split('\n').slice(1)).toEqual([...commands.map((command) => `Try: image-triggers ${command}`), '']);
    expect(err).not.toMatch(/\/v1|\?\w+=|GET|POST|PATCH|DELETE/);
  });

  test.each([
    ['trigger create again --hook advised --repository a/b --application advised', 'Try: image-triggers hook rotate advised\n'],
    ['explain r.example/nothing/alike:v1', 'no trigger names r.example/nothing/alike: create one\nTry: image-triggers trigger create NAME --registry FORMAT'],
    ['explain r.example/b/advised:v1', 'correct the repository of one that is near\n'],
    ['application create plain --http http://127.0.0.1:3000/', 'npm start -- --allow 127.0.0.1:3000\n'],
    ['application update plain --http http://127.0.0.1:3001/', 'npm start -- --allow 127.0.0.1:3001\n'],
  ])('also beside what was done: %s', async (args, hint) => {
    const { err } = await ok(args);
    expect(err).toContain(hint);
    expect(err).not.toContain('/v1');
  });

  test('every command that is advised exists', async () => {
    const nouns = ['application', 'hook', 'trigger', 'call'];
    const requests = nouns.flatMap((noun) => [`GET /v1/${noun}s`, `GET /v1/${noun}s/x`, `PATCH /v1/${noun}s/x`, `DELETE /v1/${noun}s/x`, `POST /v1/${noun}s`]);
    for (const request of requests.filter((each) => !/(?:PATCH|DELETE|POST) \/v1\/calls/.test(each))) {
      const [noun, verb] = (commandOf(request) ?? '').split(' ');
      expect(await run(`${noun} ${verb} --help`), request).toMatchObject({ code: 0 });
    }
    expect(commandOf('POST /v1/hooks/x/rotate?keep=former')).toBe('hook rotate x --keep former');
    expect(commandOf('POST /v1/explain')).toBeUndefined();
  });
});
