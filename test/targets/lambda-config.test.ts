/** What the configuration of a `lambda` target may hold: each problem with its field and a cure. */
import { expect, it } from 'vitest';
import { targetProblems } from './kinds.ts';
import { LAMBDA_DEFINITION } from './lambda-world.ts';

const lambda = (given: object) => ({ ...LAMBDA_DEFINITION, ...given });

it.each([{}, { publish: true }, { publish: false }, { alias: 'live' }, { alias: 'v2', publish: true }, { function: 'a_B-9' }])('%j is fine', (given) => {
  expect(targetProblems(lambda(given))).toEqual([]);
});

it.each<readonly [string, object, string, RegExp]>([
  ['no function', { function: undefined }, 'function', /is missing: write the name of the function/],
  ['a function by ARN', { function: 'arn:aws:lambda:eu-west-1:123456789012:function:web' }, 'function', /without account, version and alias/],
  ['a function with an alias', { function: 'web:live' }, 'function', /"web:live" is not the name/],
  ['a function of 65 characters', { function: 'x'.repeat(65) }, 'function', /is not the name/],
  ['a version as alias', { alias: '3' }, 'alias', /not digits alone/],
  ['an alias of a version that is not published', { alias: 'live', publish: false }, 'publish', /leads to a version: leave it out/],
  ['a text as publish', { publish: 'yes' }, 'publish', /true or false/],
  ['another role', { roleArn: 'arn:aws:iam::123456789012:role/admin' }, 'roleArn', /image-triggers-target-/],
  ['a field of another kind', { cluster: 'shop' }, 'cluster', /allowed are kind, region, function, roleArn, publish, alias/],
])('%s is refused', (_, given, field, why) => {
  expect(targetProblems(lambda(given))).toEqual([{ field, why: expect.stringMatching(why) }]);
});
