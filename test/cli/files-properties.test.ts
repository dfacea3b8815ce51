/** What is applied is so: over random sets of definitions and the API in memory. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fields } from '../../functions/core/fields.ts';
import { API_VERSION } from '../../functions/schema/file.ts';
import { applyPlan } from '../../infra/cli/files/apply-plan.ts';
import { exportDocuments, exportText } from '../../infra/cli/files/export-text.ts';
import { type Plan, planOf } from '../../infra/cli/files/plan.ts';
import { readFiles } from '../../infra/cli/files/read-definitions.ts';
import type { Io } from '../../infra/cli/io.ts';
import { type MemoryApi, startMemoryApi } from './memory-definitions.ts';
import { SILENT_IO } from './silent-io.ts';

let memory: MemoryApi;
beforeAll(async () => {
  memory = await startMemoryApi();
});
afterAll(() => memory.api.stop());

const ioWith = (text: string): Io => ({ ...SILENT_IO, readStdin: async () => text });

const planFor = async (text: string, prune = false): Promise<Plan> => planOf(await readFiles(['-'], ioWith(text)), prune, memory);
const apply = async (text: string, prune = false): Promise<void> => {
  const plan = await planFor(text, prune);
  expect(plan.problems).toEqual([]);
  await applyPlan(plan.changes, { ask: memory.ask, see: memory.see, done: () => undefined });
};
const exported = async (): Promise<string> => exportText(await exportDocuments(memory, () => true));

const names = fc.constantFrom('a', 'b', 'c-1', '0_x');
const hosts = fc.constantFrom('r.example', 'R.Example:5000', 'docker.io', 'index.docker.io', 'shop-registry.cn-beijing.cr.aliyuncs.com', 'localhost:5000');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** Of any characters, for what is stored as it is. */
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    'yes',
    '0644',
    '~',
    '- a',
    'a: b',
    ' lead',
    'trail ',
    'two\nlines\n',
    'three\n\n\n',
    '  in\n out',
    '#',
    '*x',
    '&x',
    '!t',
    '<<',
    'é\u2028',
    '\t',
    '{{image}}',
    '"',
    "'",
    '1e3',
  ),
);

const credential = fc.constantFrom<Fields | undefined>(undefined, { by: 'header' }, { by: 'header', name: 'X-Token' }, { by: 'basic' });
const hook = fc
  .record({
    registry: fc.constantFrom('generic', 'alibaba-acr', 'dockerhub', 'zot'),
    registryHost: hosts,
    hostAliases: maybe(fc.uniqueArray(hosts, { maxLength: 3 })),
    repositories: maybe(fc.uniqueArray(fc.constantFrom('team/*', 'shop/web', '*'), { minLength: 1 })),
    credential,
    access: maybe(fc.constantFrom<unknown>('public', { auth: 'ssm:/image-triggers/x' })),
    sweepMinutes: maybe(fc.integer({ min: 0, max: 1_440 })),
    enabled: maybe(fc.boolean()),
  })
  .map((fields) => ({
    ...fields,
    credential: fields.registry === 'generic' || (fields.registry === 'zot' && fields.credential !== undefined) ? fields.credential : undefined,
    sweepMinutes: fields.access === undefined ? undefined : fields.sweepMinutes,
  }));

const triggerUrl = fc.record(
  {
    label: fc.oneof(
      fc.constantFrom('ci', 'jenkins'),
      words.filter((word) => word.length > 0),
    ),
    get: fc.boolean(),
    registryHost: hosts,
    hostAliases: fc.uniqueArray(hosts, { maxLength: 3 }),
    repositories: fc.uniqueArray(fc.constantFrom('team/*', 'shop/web', '*'), { minLength: 1 }),
  },
  { requiredKeys: [] },
);

const TEMPLATES = [
  'kind: Deployment\n',
  'kind: "Deployment"   # spaces \n\n---\nkind: Service\n',
  'image: r.example/shop/web:v1\nx: [ "a\\tb" ]\r\n',
  '\nkind: X',
];
const application = fc.record({
  target: fc.record(
    {
      kind: fc.constant('http'),
      url: fc.webUrl({ validSchemes: ['https'] }).map(() => 'https://web.example/a'),
      template: maybe(fc.record({ text: words, list: fc.array(words, { maxLength: 2 }) })),
    },
    { requiredKeys: ['kind', 'url'] },
  ),
  policy: maybe(
    fc.record({ quietSeconds: fc.integer({ min: 0, max: 9 }), neverDown: fc.boolean(), maxPerHour: fc.integer({ min: 1, max: 100 }) }, { requiredKeys: [] }),
  ),
  parameters: maybe(fc.dictionary(fc.constantFrom('replicas', 'a.b', 'C_1', 'constructor'), words, { maxKeys: 3 })),
  source: maybe(fc.record({ git: fc.constant('https://git.example/app.git'), path: fc.constant('deploy') }, { requiredKeys: ['git'] })),
  enabled: maybe(fc.boolean()),
  triggerUrls: maybe(fc.array(triggerUrl, { maxLength: 4 })),
  template: maybe(
    fc
      .oneof(
        fc.constantFrom(...TEMPLATES),
        words.map((word) => `note: ${JSON.stringify(word)}\n`),
      )
      .map((text) => ({ text })),
  ),
});

const rule = fc.oneof(
  fc.constant({ mode: 'all' }),
  fc.record({ mode: fc.constant('all'), except: fc.constant('.*-rc') }),
  fc.record({ mode: fc.constant('expression'), expression: fc.constantFrom('*', 'release-v.*', '^(?i)x|[*&#!]$', 'yes') }),
  fc.record({ mode: fc.constant('tags'), tags: fc.uniqueArray(fc.constantFrom('latest', '1.0', '0644', 'yes', '1e3'), { minLength: 1 }) }),
  fc.record({ mode: fc.constant('semver'), range: fc.constantFrom('^1.4', '>=2 <3', '*'), prereleases: fc.boolean() }, { requiredKeys: ['mode', 'range'] }),
);
const trigger = fc.record({
  path: fc.constantFrom('shop/web', 'Shop/Web', 'team/*', 'shop/api'),
  withHost: fc.boolean(),
  rule: maybe(rule),
  enabled: maybe(fc.boolean()),
  pick: fc.tuple(fc.nat(), fc.nat()),
});

const at = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(list.length, 1)];
const document = (kind: string, name: string, fields: Fields): Fields => ({ apiVersion: API_VERSION, kind, name, ...fields });

/** A set that makes sense: triggers name what is there, of a repository that their hook may speak for. */
const sets = fc
  .record({
    hooks: fc.dictionary(names, hook, { maxKeys: 3 }),
    applications: fc.dictionary(names, application, { maxKeys: 3 }),
    triggers: fc.dictionary(names, trigger, { maxKeys: 4 }),
    order: fc.nat(),
  })
  .map(({ hooks, applications, triggers, order }) => {
    const documents = [
      ...Object.entries(triggers).flatMap(
        ([
          name,
          {
            path,
            withHost,
            pick: [h, a],
            ...fields
          },
        ]) => {
          const [heard, deployed] = [at(Object.entries(hooks), h), at(Object.keys(applications), a)];
          if (heard === undefined || deployed === undefined) return [];
          const [hookName, { registryHost, repositories }] = heard;
          if (repositories !== undefined && !repositories.includes('*')) return [];
          // Bare, a first part may not look like a host.
          const repository = withHost && path === path.toLowerCase() ? `${registryHost}/${path}` : path.toLowerCase();
          return [document('Trigger', name, { ...fields, hook: hookName, application: deployed, repository })];
        },
      ),
      ...Object.entries(hooks).map(([name, fields]) => document('Hook', name, fields)),
      // A template and a git source exclude each other.
      ...Object.entries(applications).map(([name, { template, ...fields }]) =>
        document('Application', name, { ...fields, ...(fields.source === undefined && template !== undefined ? { template } : {}) }),
      ),
    ].map((each) => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)));
    const turn = order % Math.max(documents.length, 1);
    return exportText([...documents.slice(turn), ...documents.slice(0, turn)]);
  });

test('what was applied is no difference, nor is what was exported; exported and applied elsewhere it is the same', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(sets, async (set) => {
      memory.clear();
      await apply(set);
      const made = memory.changes.length;
      const text = await exported();
      expect((await planFor(set)).changes).toEqual([]);
      await apply(text, true);
      expect(memory.changes.length).toBe(made);
      memory.clear();
      await apply(text);
      expect(await exported()).toBe(text);
    }),
    { numRuns: 1_000 },
  );
});

/** With all kinds, so that --prune covers everything; a header without a name is left as it was, so there the way matters. */
const wholeSets = sets.filter((set) => new Set(set.match(/^kind: .*$/gm)).size === 3 && !/by: header\n(?! {2}name)/.test(set));

test('one set after another, deleting what is left; what failed in the middle is finished by doing it again', { timeout: 300_000 }, async () => {
  let broken = 0;
  await fc.assert(
    fc.asyncProperty(wholeSets, wholeSets, fc.nat({ max: 12 }), async (before, after, failing) => {
      memory.clear();
      await apply(before);
      let left = failing;
      memory.before = (change) => {
        left -= 1;
        if (left < 0) throw new Error(`no answer to ${change}`);
      };
      await apply(after, true).catch((error: unknown) => {
        expect(String(error)).toContain('no answer to');
        broken += 1;
      });
      memory.before = () => undefined;
      await apply(after, true);
      expect((await planFor(after, true)).changes).toEqual([]);
      const text = await exported();
      memory.clear();
      await apply(after);
      expect(withoutWhatStays(text)).toBe(withoutWhatStays(await exported()));
    }),
    { numRuns: 150 },
  );
  expect(broken).toBeGreaterThan(15);
});

/** A template or trigger URLs that no file names any more stay with their application. A text may hold other ends of lines. */
const withoutWhatStays = (text: string): string => text.replace(/^(?:template|triggerUrls):\n(?: [^\n]*\n|\n)+/gm, '');
