/** A short run of `npm run fuzz`, always the same; and what it ever found. */
import { expect, it, test } from 'vitest';
import { toPush } from '../../functions/core/push.ts';
import { bodyOf } from './body.ts';
import { formatOf, scopeFor } from './fixtures.ts';
import { runFuzz } from './fuzz.ts';

it('lets nothing through of 3,000 mutated deliveries', () => {
  const { failures, ...tally } = runFuzz({ bodies: 3_000, seed: 20_261_123 });
  expect(failures.map(({ file, format, body, why }) => `${file} read by ${format}, body ${body}: ${why}`)).toEqual([]);
  // It would also let nothing through if it made nothing that can be read.
  expect(tally).toMatchObject({ bodies: 3_000 });
  expect(Math.min(tally.pushes, tally.ignored, tally.unreadable, tally.handshakes)).toBeGreaterThan(20);
});

// `1/app` is a repository of Docker Hub to everybody who reads the name back.
test.each(['1', '12-3', '007'])('a host without a letter, %s, is refused', (host) => {
  const body = bodyOf({ id: 'x', action: 'push', target: { repository: 'app', tag: 'v1' }, request: { host } });
  const reading = formatOf('azure-acr').read(body, { hostAliases: [] });
  const [event] = reading.is === 'events' ? reading.pushes : [];
  expect(event === undefined ? undefined : toPush(event, { name: 'h', hostAliases: [] }, { id: 'i', receivedAt: 1 })).toMatchObject({
    ok: false,
    why: expect.stringContaining('is not a registry host'),
  });
});

// It was read as the tag of an image "sha256".
test.each(['name', 'repository', 'image'])('a digest alone in "%s" is no image', (field) => {
  const reading = formatOf('generic').read(bodyOf({ [field]: `sha256:${'2'.repeat(64)}` }), scopeFor('generic'));
  expect(reading).toMatchObject({ is: 'events', pushes: [], ignored: [{ why: expect.stringContaining('it has no tag') }] });
});

// Another format could have claimed it, and it would not have been deployed.
test('a repository with its tag in one field is recognised as it is read', () => {
  const generic = formatOf('generic');
  expect([
    generic.recognises(bodyOf({ repository: 'team/app:v1' })),
    generic.recognises(bodyOf({ name: 'app' })),
    generic.recognises(bodyOf({ tag: 'v1' })),
  ]).toEqual([true, false, false]);
});

// A deletion of JFrog, of which a piece was missing, had just the two fields.
test('what says that something else happened is no generic notice', () =>
  expect(formatOf('generic').read(bodyOf({ event_type: 'deleted', name: 'sample.txt', tag: 'v1' }), scopeFor('generic'))).toMatchObject({ is: 'unreadable' }));
