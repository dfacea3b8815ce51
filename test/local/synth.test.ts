import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { synthesise } from '../../infra/local/synth.ts';

/** A stand-in for the CDK app: writes a manifest, and counts how often it ran. */
const APP = `
import { appendFileSync, writeFileSync } from 'node:fs';
appendFileSync('runs', 'x');
writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', process.env.CDK_VALIDATION);
`;

describe('the cloud assembly', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'synth-'));
    for (const directory of ['infra/stack', 'functions/core']) mkdirSync(join(root, directory), { recursive: true });
    writeFileSync(join(root, 'infra/stack/app.ts'), APP);
    writeFileSync(join(root, 'functions/core/rule.ts'), 'one');
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const runs = (): number => readFileSync(join(root, 'runs'), 'utf8').length;

  it('is made once for the same sources, without the slow validation, and again when a source has changed', async () => {
    const first = await synthesise(root);
    expect(readFileSync(join(first, 'manifest.json'), 'utf8')).toBe('false');
    expect(await synthesise(root)).toBe(first);
    expect(runs()).toBe(1);
    writeFileSync(join(root, 'functions/core/rule.ts'), 'two');
    const second = await synthesise(root);
    expect([second === first, runs()]).toEqual([false, 2]);
    writeFileSync(join(root, 'functions/core/rule.ts'), 'one');
    expect(await synthesise(root)).toBe(first);
    expect(runs()).toBe(2);
  });

  it('keeps those that an engine may still start functions from, and lets old ones go', async () => {
    const made: string[] = [];
    for (const text of ['a', 'b', 'c', 'd', 'e']) {
      writeFileSync(join(root, 'functions/core/rule.ts'), text);
      made.push(await synthesise(root));
    }
    expect(made.map((path) => existsSync(path))).toEqual([true, true, true, true, true]);
    const old = new Date(Date.now() - 8 * 86_400_000);
    for (const path of made) utimesSync(path, old, old);
    writeFileSync(join(root, 'functions/core/rule.ts'), 'f');
    const last = await synthesise(root);
    expect(existsSync(last)).toBe(true);
    expect(made.filter((path) => existsSync(path)).length).toBe(2);
  });

  it('keeps no more than fifty of them, however young', async () => {
    const cache = join(root, 'node_modules/.cache/image-triggers');
    const hour = (n: number): Date => new Date(Date.now() - n * 3_600_000);
    for (let n = 1; n <= 60; n += 1) {
      mkdirSync(join(cache, `of-hour-${n}`), { recursive: true });
      utimesSync(join(cache, `of-hour-${n}`), hour(n), hour(n));
    }
    const made = await synthesise(root);
    expect(readdirSync(cache)).toHaveLength(50);
    expect(existsSync(made)).toBe(true);
    expect([49, 50].map((n) => existsSync(join(cache, `of-hour-${n}`)))).toEqual([true, false]);
  });

  it('fails with the last words of the app, and is not kept', async () => {
    writeFileSync(join(root, 'infra/stack/app.ts'), 'throw new Error("the stack is broken");');
    await expect(synthesise(root)).rejects.toThrow(/infra\/stack\/app\.ts ended with code 1[\s\S]*the stack is broken/);
    writeFileSync(join(root, 'infra/stack/app.ts'), APP);
    await synthesise(root);
    expect(runs()).toBe(1);
  });
});
