/**
 * The real bundles against the template: each role holds exactly the actions that the code in its bundle can ask for,
 * and each function starts with nothing but the variables it is given.
 *
 * Red with dozens of surplus commands? `await import('@aws-sdk/client-…')` brings the whole client along, since bundlers
 * do not shake dynamic imports: import a file of our own dynamically, which imports the few names statically.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Bundle, bundle } from '../../infra/stack/bundle.ts';
import { FUNCTIONS, type FunctionName, type FunctionShape } from '../../infra/stack/functions.ts';
import { sizeOf } from '../../infra/stack/size.ts';
import { actionsOf } from './bundle-actions.ts';
import { functionNames, functionOf, list, statementsOf, templateOf } from './stack-template.ts';

// A machine that does other work as well takes several times the second or two that this needs.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const room = mkdtempSync(join(tmpdir(), 'image-triggers-real-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

// With everything on that a stack can have.
const template = templateOf({ ecr: 'all' });
const shape = (name: FunctionName): FunctionShape => FUNCTIONS[name];
const bundleOf = (name: FunctionName): Promise<Bundle> => bundle(shape(name).entry, join(room, name), shape(name).without);

// What Lambda itself does with the role, outside of our code.
const BY_LAMBDA = ['logs:CreateLogStream', 'logs:PutLogEvents', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
// What registries of ECR want of the role whose token they are given: asked by the distribution API, and by no command.
const BY_REGISTRY = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:ListImages'];

describe.each(functionNames)('%s', (name) => {
  const made = bundleOf(name);
  // Without this a bundle that fails is an unhandled rejection besides the test that says so.
  made.catch(() => {});

  it('may do exactly what its bundle can ask for', async () => {
    const granted = new Set(statementsOf(template, name).flatMap(({ Action }) => list(Action)));
    expect([...granted].filter((action) => ![...BY_LAMBDA, ...BY_REGISTRY].includes(action)).sort()).toEqual(actionsOf(await made));
  });

  it('knows endpoints by the one rule, whatever client it holds', async () => {
    const { metafile } = await made;
    const held = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
    // A client whose own rules are there has no row in infra/stack/sdk-replacements.ts.
    expect(held.filter((file) => /\/endpoint\/(bdd|ruleset)\.js$/.test(file))).toEqual([]);
  });

  it('starts with the variables of the stack alone', async () => {
    const { directory } = await made;
    const told = functionOf(template, name)[1].Properties.Environment as { readonly Variables: Readonly<Record<string, unknown>> };
    const env = Object.fromEntries(
      Object.entries(told.Variables).map(([variable, value]) => [variable, typeof value === 'string' ? value : `https://example.com/${variable}`]),
    );
    const code = `const { handler } = await import(${JSON.stringify(pathToFileURL(join(directory, 'index.mjs')).href)}); process.stdout.write(typeof handler);`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
      env: { ...env, AWS_REGION: 'eu-west-1' },
      encoding: 'utf8',
    });
    // Node shows the whole minified line first; what went wrong stands in the line that begins so.
    expect({ status, stdout, error: /^\w*Error.*$/m.exec(stderr)?.[0] }).toEqual({ status: 0, stdout: 'function', error: undefined });
  });

  it('is within its budget', async () => {
    expect(sizeOf(await made).entryBytes).toBeLessThanOrEqual(shape(name).budgetBytes ?? Number.POSITIVE_INFINITY);
  });
});
