/** Wishes and templates on the command line. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandLine, startCommandLine } from './command-line.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const IMAGE = 'r.example/shop/web:v1';

let cli: CommandLine;
let run: CommandLine['run'];
let ok: CommandLine['ok'];
beforeAll(async () => {
  cli = await startCommandLine();
  ({ run, ok } = cli);
  await ok('application create web --http https://web.example/deploy');
});
afterAll(() => cli.stop());

describe('wishes', () => {
  test('deploy makes a call, says what follows, and holds', async () => {
    const made = await ok(`application deploy web ${IMAGE} --why 'hotfix 12'`);
    expect(made.out).toMatch(/Status:\s+queued\n/);
    expect(made.out).toMatch(/Action:\s+deploy\nAsked because:\s+hotfix 12\n/);
    expect(made.err).toContain('web is on hold from now on');
    expect(made.err).toMatch(/Next: image-triggers call show '\w{26}\.!web'\nLater: image-triggers application release web\n/);
    const id = (await ok(`application deploy web ${IMAGE} -o name`)).out.trim();
    expect((await ok(`call show ${id}`)).out).toMatch(/Trigger:\s+!web\n/);
    const shown = await ok('application show web');
    expect(shown.out).toMatch(/On hold:\s+since .*\n/);
    expect(shown.out).toMatch(/Waits:\s+r\.example\/shop\/web:v1, call/);
  });

  test('hold and release', async () => {
    expect((await ok('application release web')).out).not.toContain('On hold');
    expect((await ok("application hold web --why 'trade fair'")).out).toMatch(/On hold:\s+trade fair, since/);
    expect((await ok('application release web')).err).toContain('Next: image-triggers application show web');
  });

  test('reject and unreject; what is rejected is not deployed, and the way on is a command', async () => {
    expect((await ok(`application reject web ${DIGEST} --why CVE-1`)).out).toMatch(new RegExp(`Rejected:\\s+${DIGEST}, CVE-1\\n`));
    const refused = await run(`application deploy web r.example/shop/web@${DIGEST}`);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('[rejected]');
    expect(refused.err).toContain(`Try: image-triggers application unreject web ${DIGEST}`);
    await ok(`application unreject web ${DIGEST}`);
    expect((await run(`application unreject web ${DIGEST}`)).code).toBe(1);
    await ok(`application deploy web r.example/shop/web@${DIGEST}`);
  });

  test('rollback with nothing to go back to names the ways on', async () => {
    const refused = await run('application rollback web');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('Try: image-triggers call list --application web --status deployed');
    expect(refused.err).toContain('Try: image-triggers application deploy web IMAGE');
    expect((await run('application rollback web --to-call nonsense')).code).toBe(2);
    expect((await run('application rollback web --to-version x')).code).toBe(2);
  });

  test('redeploy and refresh', async () => {
    expect((await ok('application redeploy web')).out).toMatch(/Image:\s+redeploy\n/);
    expect((await ok('application refresh web')).err).toContain('Next: image-triggers application show web');
  });
});

describe('templates', () => {
  test('put, get, versions, diff', async () => {
    const file = join(cli.data, 'web.yaml');
    const text = `kind: Deployment\nmetadata: {name: web}\nimage: r.example/shop/web:v1\nreplicas: \${n}\n`;
    expect((await run('application template get web')).err).toContain('Try: image-triggers application template put web FILE');
    await writeFile(file, Buffer.from(`# caf\xe9\n${text}`, 'latin1'));
    expect(await run(`application template put web ${file}`)).toMatchObject({ code: 2, err: expect.stringContaining('not text in UTF-8') });
    await writeFile(file, text);
    const put = await ok(`application template put web ${file} --why first`);
    expect(put.out).toMatch(/Version:\s+1\n/);
    expect(put.out).toMatch(/Parameter:\s+n = \(none: set it with --parameter\)\n/);
    expect(put.err).toContain('nothing is deployed yet');
    expect(put.err).not.toContain('Try:');
    expect((await ok('application template diff web')).err).toContain('compared with itself');
    await ok('application template put web - --from 1', { stdin: text.replace(':v1', ':v2') });
    expect((await ok('application template get web')).out).toBe(text.replace(':v1', ':v2'));
    expect((await ok('application template get web 1')).out).toBe(text);
    expect((await ok('application template versions web')).out).toMatch(/^VERSION .*\n2 .*\n1 .*first\n$/);
    expect((await ok('application template diff web')).out).toContain('+image: r.example/shop/web:v2\n');
    expect((await ok('application template diff web --from 2 --to 1')).out).toContain('+image: r.example/shop/web:v1\n');
    expect((await ok('application template show web 2 -o json')).out).toContain('"version": 2');
    expect((await run('application template put web - --from 1', { stdin: 'a: 1\n' })).err).toContain('changed-meanwhile');
    expect((await run('application template put web -', { stdin: 'a: [' })).err).toMatch(/line 1/);
  });
});
