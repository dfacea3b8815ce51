/** What a target is told of an application that would rather not be deployed than deployed twice. */
import { expect, test } from 'vitest';
import { parsed } from '../../functions/core/parsed.ts';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { match } from '../../functions/match/match.ts';
import { makeBench } from './bench.ts';
import { DELIVERED, message, push } from './given.ts';

test.each([
  [{}, false],
  [{ atMostOnce: true }, true],
])('under the policy %j it is told atMostOnce: %s', async (policy, told) => {
  const bench = makeBench();
  bench.define({ application: { policy } });
  await match(message(push(1)), bench.ports.match);
  const seen: unknown[] = [];
  await reconcile(
    'web',
    { count: 1, last: false },
    {
      ...bench.ports.deploy,
      target: async () =>
        parsed({
          sight: 'blind',
          apply: async (_, { atMostOnce }) => {
            seen.push(atMostOnce);
            return DELIVERED;
          },
        }),
    },
  );
  expect(seen).toEqual([told]);
});
