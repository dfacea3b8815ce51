/** The import table of functions/README.md, held: what each room may import. A wrong arrow turns this red with file and import. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

interface Row {
  readonly files: RegExp;
  /** Files of this repository, and packages, that it may import. `T:` in front of a pattern: types only. */
  readonly may: readonly string[];
}

const CLIENT = '@aws-sdk/[a-z-]+';
const ROWS: readonly Row[] = [
  { files: /^functions\/env\.ts$/, may: [] },
  { files: /^functions\/core\/expression\.ts$/, may: ['functions/core/', 're2js$'] },
  { files: /^functions\/core\/(?:version|lower)\.ts$/, may: ['functions/core/', 'semver'] },
  { files: /^functions\/core\/template-text\.ts$/, may: ['functions/core/', 'yaml$'] },
  { files: /^functions\/core\//, may: ['functions/core/'] },
  { files: /^functions\/schema\//, may: ['functions/core/', 'functions/schema/', 'zod/mini$'] },
  { files: /^functions\/registries\//, may: ['functions/core/', 'functions/registries/', 'zod/mini$'] },
  { files: /^functions\/hooks\//, may: ['functions/core/', 'functions/hooks/', 'node:crypto$', 'jose$', 'T:functions/registries/registry'] },
  { files: /^functions\/targets\//, may: ['functions/core/', 'functions/targets/', 'functions/outbound/', 'zod/mini$', 'node:crypto$', CLIENT, '@smithy/'] },
  { files: /^functions\/outbound\//, may: ['functions/core/', 'functions/outbound/', 'T:functions/targets/target', 'ipaddr\\.js$', 'node:'] },
  { files: /^functions\/store\//, may: ['functions/core/', 'functions/store/', 'functions/env', CLIENT, '@smithy/signature-v4$', 'node:crypto$'] },
  { files: /^functions\/runtime\//, may: ['functions/runtime/', 'T:aws-lambda$'] },
  { files: /^functions\/\w+\/(?:\w+-)?lambda\.ts$/, may: ['functions/', 'ulid$', 'node:crypto$', 'hono'] },
  {
    files: /^functions\/\w+\/handler\.ts$/,
    may: ['functions/core/', 'functions/runtime/', 'functions/(ingest|match|deploy|api)/', '@middy/core$', 'T:aws-lambda$', 'hono'],
  },
  { files: /^functions\/(ingest|match|deploy)\//, may: ['functions/core/', 'functions/(ingest|match|deploy)/', 'T:functions/targets/target'] },
  { files: /^functions\/console\//, may: ['functions/(core|console)/', 'hono'] },
  {
    files: /^functions\/api\//,
    may: ['functions/(core|schema|api|console)/', 'hono', 'diff$', 'T:zod/mini$', 'T:functions/(store|registries|targets|runtime|hooks)/', 'T:aws-lambda$'],
  },
  { files: /^infra\/version\.ts$/, may: ['node:'] },
  {
    files: /^infra\/stack\//,
    may: ['infra/(?:stack/|version)', 'functions/env', 'functions/schema/', 'aws-cdk-lib', 'constructs$', 'cdk-nag$', 'esbuild$', 'node:'],
  },
  {
    files: /^infra\/local\//,
    may: ['infra/local/', 'functions/env', 'dynalite(/|$)', '@smithy/', '@aws-crypto/', '@aws-sdk/client-dynamodb', 'commander$', 'cli-table3$', 'node:'],
  },
  {
    files: /^infra\/cli\//,
    may: [
      'infra/(?:cli/|version)',
      'functions/(core|schema|env)',
      'functions/registries/(index|registry|samples/)',
      'functions/api/operations/',
      'T:functions/api/operation',
      'commander$',
      'cli-table3$',
      'yaml$',
      'diff$',
      'open$',
      '@smithy/',
      '@aws-crypto/',
      CLIENT,
      'node:',
    ],
  },
];

const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));

interface Arrow {
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Static and dynamic imports and re-exports. `import { type A, b }` counts as a value import unless every name is a type. */
const arrowsOf = (file: string): Arrow[] => {
  const source = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const found = [
    ...[...source.matchAll(/^(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s+'([^']+)'/gm)].map((m) => ({
      to: m[3] ?? '',
      typeOnly: m[1] !== undefined || onlyTypes(m[2] ?? ''),
    })),
    ...[...source.matchAll(/^import\s+'([^']+)'/gm)].map((m) => ({ to: m[1] ?? '', typeOnly: false })),
    ...[...source.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)].map((m) => ({ to: m[1] ?? '', typeOnly: false })),
  ];
  return found.map(({ to, typeOnly }) => ({ to: to.startsWith('.') ? relative(root, normalize(join(root, dirname(file), to))) : to, typeOnly }));
};

const onlyTypes = (names: string): boolean => {
  const inside = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1];
  return inside?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false;
};

const allowed = (row: Row, { to, typeOnly }: Arrow): boolean =>
  row.may.some((pattern) => (pattern.startsWith('T:') ? typeOnly && new RegExp(`^${pattern.slice(2)}`).test(to) : new RegExp(`^${pattern}`).test(to)));

const files = [...filesBelow('functions'), ...filesBelow('infra')];

test('every file stands in a room that the table knows', () => {
  expect(files.filter((file) => !ROWS.some((row) => row.files.test(file)))).toEqual([]);
});

test('no import breaks the table', () => {
  const broken = files.flatMap((file) => {
    const row = ROWS.find(({ files: pattern }) => pattern.test(file));
    return row === undefined ? [] : arrowsOf(file).flatMap((arrow) => (allowed(row, arrow) ? [] : [`${file} → ${arrow.to}${arrow.typeOnly ? ' (type)' : ''}`]));
  });
  expect(broken).toEqual([]);
});

test('the table itself bites: a core file importing a client is seen', () => {
  const core = ROWS.find(({ files: pattern }) => pattern.test('functions/core/goal.ts'));
  expect(core !== undefined && allowed(core, { to: '@aws-sdk/client-dynamodb', typeOnly: true })).toBe(false);
  expect(core !== undefined && allowed(core, { to: 'functions/core/call.ts', typeOnly: false })).toBe(true);
});

test('the top level is exactly what it shall be', () => {
  const names = readdirSync(root).filter((name) => !name.startsWith('.') && !['node_modules', 'dist', 'cdk.out'].includes(name));
  expect(names.sort()).toEqual(['LICENSE', 'README.md', 'cdk.json', 'functions', 'infra', 'package-lock.json', 'package.json', 'test', 'tsconfig.json'].sort());
});
