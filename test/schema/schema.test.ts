import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FINAL, OPEN } from '../../functions/core/call.ts';
import { applicationBody, applicationPatch } from '../../functions/schema/application.ts';
import { check } from '../../functions/schema/check.ts';
import { hookBody, hookPatch } from '../../functions/schema/hook.ts';
import { isName } from '../../functions/schema/name.ts';
import { callsQuery, explainBody, hooksQuery, triggersQuery } from '../../functions/schema/request.ts';
import { triggerBody, triggerPatch } from '../../functions/schema/trigger.ts';

describe('names', () => {
  test.each(['a', '0', 'web', 'my-app_2', 'a'.repeat(63)])('%j', (text) => expect(isName(text)).toBe(true));
  test.each(['', 'A', '-a', '_a', 'a.b', 'a/b', 'a b', 'ä', 'a\n', 'a#b', 'a'.repeat(64), '__proto__'])('not %j', (text) => expect(isName(text)).toBe(false));

  test('every name of a trigger in the Personal Edition of ACR is one here: 2 to 30 of a-z, 0-9 and "_", which does not come first', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z0-9][a-z0-9_]{1,29}$/), (text) => isName(text)));
  });
});

const SCHEMAS = {
  applicationBody,
  applicationPatch,
  hookBody,
  hookPatch,
  triggerBody,
  triggerPatch,
  callsQuery,
  explainBody,
  hooksQuery,
  triggersQuery,
} as const;
type SchemaName = keyof typeof SCHEMAS;

describe('what is taken, as it comes out', () => {
  const trigger = { name: 'release', repository: 'shop/web', application: 'web' };
  const table: readonly (readonly [SchemaName, unknown, unknown?])[] = [
    ['applicationBody', { name: 'web', target: { kind: 'http', url: 'https://a.example', anything: [1] } }],
    [
      'applicationBody',
      {
        name: 'web',
        target: { kind: 'ecs' },
        policy: { quietSeconds: 0, maxAgeSeconds: 1, atMostOnce: false, maxPerHour: 100, deadlineSeconds: 30 },
        enabled: false,
      },
    ],
    ['applicationPatch', {}],
    ['applicationPatch', { policy: { quietSeconds: null } }],
    [
      'hookBody',
      {
        name: 'hub',
        registry: 'generic',
        registryHost: 'r.example',
        hostAliases: [],
        repositories: ['*'],
        credential: { by: 'basic', user: 'u', password: 'p'.repeat(8) },
      },
    ],
    ['hookPatch', { registryHost: null, repositories: null, credential: null, enabled: true }],
    ['triggerBody', { ...trigger, hook: 'hub' }],
    ['triggerBody', { ...trigger, registry: 'alibaba-acr', registryHost: 'r.example', rule: { mode: 'tags', tags: ['v1'], except: 'x' } }],
    ['triggerPatch', { rule: { mode: 'semver', range: '^1', prereleases: true } }],
    ['explainBody', { image: 'a/b:c', hook: 'hub' }],
    ['hooksQuery', { limit: '100', cursor: 'abc' }, { limit: 100, cursor: 'abc' }],
    ['callsQuery', { status: 'open,failed,failed', lang: 'zh' }, { status: ['queued', 'held', 'running', 'failed'], lang: 'zh' }],
    ['callsQuery', { status: 'fired,untriggered' }, { status: [...OPEN, ...FINAL.filter((status) => status !== 'untriggered'), 'untriggered'] }],
    ['callsQuery', { status: 'ended' }, { status: FINAL }],
  ];
  test.each(table.map(([name, value, expected]) => ({ name, value, expected: expected ?? value })))('$name $value', ({ name, value, expected }) => {
    expect(check(SCHEMAS[name], value)).toEqual({ ok: true, value: expected });
  });
});

describe('what is refused, by field', () => {
  const trigger = { name: 'release', repository: 'shop/web', application: 'web', hook: 'hub' };
  const hook = { name: 'hub', registry: 'generic' };
  const application = { name: 'web', target: { kind: 'http' } };
  const table: readonly (readonly [SchemaName, unknown, string, string])[] = [
    ['triggerBody', { ...trigger, name: undefined }, 'name', 'it is missing: give text'],
    ['triggerBody', { ...trigger, name: 'Web' }, 'name', '"Web" is not allowed: a name has 1 to 63'],
    ['triggerBody', { ...trigger, repository: 5 }, 'repository', '5 is not allowed: give text'],
    ['triggerBody', { ...trigger, rule: 'all' }, 'rule', '"all" is not allowed: give {"mode":"all"}'],
    ['triggerBody', { ...trigger, rule: {} }, 'rule.mode', 'it is missing: give {"mode":"all"}'],
    ['triggerBody', { ...trigger, rule: { mode: 'tags', tags: ['a', 1] } }, 'rule.tags[1]', '1 is not allowed: give text'],
    ['triggerBody', { ...trigger, rule: { mode: 'tags', tags: [] } }, 'rule.tags', 'a list of 0 entries is not allowed: at least 1 entries'],
    ['triggerBody', { ...trigger, rule: { mode: 'expression', expression: 'a'.repeat(513) } }, 'rule.expression', 'at most 512 character(s)'],
    ['triggerBody', [], 'body', 'a list of 0 entries is not allowed: give an object'],
    ['triggerBody', null, 'body', 'null is not allowed: give an object'],
    ['triggerPatch', { repository: 'a/b' }, 'repository', 'there is no such field here'],
    ['hookBody', { ...hook, credential: { by: 'mtls', value: 'x'.repeat(9) } }, 'credential.by', 'the value given is not allowed: give {"by":"hmac","secret"'],
    ['hookBody', { ...hook, credential: { by: 'basic', user: 'a:b', password: 'x'.repeat(9) } }, 'credential.user', 'none of them ":"'],
    ['hookBody', { ...hook, credential: { by: 'header', name: 'a b', value: 'x'.repeat(9) } }, 'credential.name', 'a header name has'],
    [
      'hookBody',
      { ...hook, hostAliases: Array.from({ length: 21 }, () => 'a.example') },
      'hostAliases',
      'a list of 21 entries is not allowed: at most 20 entries',
    ],
    ['hookPatch', { name: 'other' }, 'name', 'there is no such field here'],
    ['applicationBody', { ...application, policy: { quietSeconds: 1.5 } }, 'policy.quietSeconds', '1.5 is not allowed: give a whole number'],
    ['applicationBody', { ...application, policy: { maxPerHour: 0 } }, 'policy.maxPerHour', '0 is not allowed: at least 1'],
    ['applicationBody', { ...application, policy: { atMostOnce: 'yes' } }, 'policy.atMostOnce', '"yes" is not allowed: give true or false'],
    ['applicationBody', { ...application, enabled: null }, 'enabled', 'null is not allowed: give true or false'],
    ['callsQuery', { lang: 'de' }, 'lang', 'give one of "en", "zh"'],
    ['callsQuery', { status: 'failed,' }, 'status', 'give one or several'],
    ['callsQuery', { status: 'constructor' }, 'status', 'give one or several'],
    ['hooksQuery', { limit: '1e2' }, 'limit', 'a whole number from 1 to 100'],
    ['triggersQuery', { registry: 'a' }, 'registry', 'there is no such field here'],
  ];
  test.each(table)('%s %j', (name, value, field, why) => {
    expect(check(SCHEMAS[name], value)).toEqual({ ok: false, problems: [{ field, why: expect.stringContaining(why) }] });
  });

  test('what stands in a credential is never repeated', () => {
    const refused = [
      { by: 'header', value: 'canary!' },
      { by: 'canary', value: 'canary!' },
      { by: 'basic', user: 'canary:x', password: ['canary'] },
      'canary',
    ].map((credential) => check(hookBody, { ...hook, credential }));
    expect(refused.every(({ ok }) => !ok)).toBe(true);
    expect(JSON.stringify(refused)).not.toContain('canary');
  });

  test('a value is cut, and control characters are escaped', () => {
    const refused = check(hookBody, { ...hook, name: `\u001b[31m${'x'.repeat(5_000)}` });
    const [problem] = refused.ok ? [] : refused.problems;
    expect(problem?.why.length).toBeLessThan(200);
    expect(problem?.why).not.toContain('\u001b');
  });
});
