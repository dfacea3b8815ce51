/** What bundling promises, on small entries: the same bytes each time, lazy chunks, no credential chain, nothing that costs for nothing. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { bundle, reachable } from '../../infra/stack/bundle.ts';
import { report, sizeOf } from '../../infra/stack/size.ts';

// A machine that does other work as well takes several times the second or two that this needs.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const room = mkdtempSync(join(tmpdir(), 'image-triggers-bundle-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const contentsOf = (directory: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(directory)
      .sort()
      .map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  );
const load = (directory: string): Promise<Record<string, unknown>> => import(/* @vite-ignore */ pathToFileURL(join(directory, 'index.mjs')).href);
const callable = (value: unknown): ((argument?: unknown) => Promise<unknown>) => {
  if (typeof value !== 'function') throw new Error(`expected a function, got ${typeof value}`);
  return async (argument) => value(argument);
};

describe('a bundle', () => {
  const reader = bundle('test/infra/stack-entries/parameter-reader.ts', join(room, 'reader'));
  const lazy = bundle('test/infra/stack-entries/lazy.ts', join(room, 'lazy'), ['@aws-sdk/client-sts']);

  it('has the same bytes on each run, wherever it is written', async () => {
    const again = await bundle('test/infra/stack-entries/parameter-reader.ts', join(room, 'deeper', 'again'));
    expect(contentsOf(again.directory)).toEqual(contentsOf((await reader).directory));
  });

  it('replaces what an earlier build left, and leaves alone what has not changed', async () => {
    const { directory } = await lazy;
    const before = contentsOf(directory);
    writeFileSync(join(directory, 'chunk-OLD.mjs'), 'left over');
    await bundle('test/infra/stack-entries/lazy.ts', directory, ['@aws-sdk/client-sts']);
    expect(contentsOf(directory)).toEqual(before);
  });

  it('says what is wrong when an entry is missing', async () => {
    await expect(bundle('functions/nowhere/lambda.ts', join(room, 'nowhere'))).rejects.toThrow(/functions\/nowhere\/lambda\.ts/);
  });

  it('never imports a built-in the costly way', async () => {
    const { metafile, directory } = await reader;
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.filter(({ external }) => external).map(({ path }) => path));
    expect(imports).toEqual([]);
    expect((await load(directory)).teapot).toBe("I'm a Teapot");
  });

  it('takes credentials from the environment of the function and from nowhere else', async () => {
    const { metafile, directory } = await reader;
    expect(Object.keys(metafile.inputs).filter((path) => /credential-provider-|nested-clients/.test(path))).toEqual([]);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
    vi.stubEnv('AWS_SESSION_TOKEN', 'session');
    await expect(callable((await load(directory)).credentials)()).resolves.toMatchObject({
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'example',
      sessionToken: 'session',
    });
    vi.unstubAllEnvs();
  });

  it('is one file at its start, whose state is also that of what is loaded later', async () => {
    const { metafile, entry, directory } = await bundle('test/infra/stack-entries/counting.ts', join(room, 'counting'));
    expect([...reachable(metafile, entry, 'static')]).toEqual([entry]);
    expect(readdirSync(directory)).toHaveLength(reachable(metafile, entry, 'all').size);
    expect(Object.entries(contentsOf(directory)).map(([, text]) => text.length)).toEqual(
      expect.arrayContaining([...reachable(metafile, entry, 'all')].map((path) => metafile.outputs[path]?.bytes)),
    );
    const { handler } = await load(directory);
    await expect(callable(handler)()).resolves.toBe(2);
  });

  it('evaluates what is imported dynamically at its first use only', async () => {
    const made = await lazy;
    const { entryBytes, lazy: later } = sizeOf(made);
    expect(entryBytes).toBeLessThan(5_000);
    expect(later[0]).toMatchObject({ name: 're2js' });
    expect(later[0]?.bytes).toBeGreaterThan(100_000);
    const { handler } = await load(made.directory);
    await expect(callable(handler)({ expression: 'release-v.*', tag: 'release-v2' })).resolves.toBe(true);
  });

  it('holds nothing of a package that its function must not use, and says so when it is used', async () => {
    const { metafile, directory } = await lazy;
    expect(Object.keys(metafile.inputs).filter((path) => path.includes('node_modules/@aws-sdk/client-sts'))).toEqual([]);
    await expect(callable((await load(directory)).forbidden)()).rejects.toThrow('@aws-sdk/client-sts is not in this bundle');
  });
});

describe('the report of sizes', () => {
  it('turns red one byte over the budget', () => {
    const size = { entryBytes: 240_001, lazy: [{ name: 're2js', bytes: 150_675 }] };
    expect(report('match', size, 240_000)).toEqual({
      lines: ['match     240,001 bytes at start   (OVER budget 240,000)', '          150,675 later: re2js'],
      over: true,
    });
    expect(report('match', size, 240_001).over).toBe(false);
    expect(report('api', size, undefined).over).toBe(false);
  });
});
