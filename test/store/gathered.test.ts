import { expect, test } from 'vitest';
import { makeGathered } from '../../functions/store/gathered.ts';

const recorded = () => {
  const sent: (readonly string[])[] = [];
  const ends: { done(): void; fail(error: Error): void }[] = [];
  const send = makeGathered((names) => {
    sent.push(names);
    return new Promise((done, fail) => ends.push({ done, fail }));
  });
  return { sent, ends, send };
};

/** Lets promises that wait for nothing but each other go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('one alone is sent at once', async () => {
  const { sent, ends, send } = recorded();
  const asked = send(['web']);
  await turn();
  expect(sent).toEqual([['web']]);
  ends[0]?.done();
  await expect(asked).resolves.toBeUndefined();
});

test('what is asked meanwhile goes together, each name once, and only after what was under way', async () => {
  const { sent, ends, send } = recorded();
  const first = send(['web']);
  await turn();
  const others = [send(['api', 'web']), send(['api']), send(['shop'])];
  await turn();
  expect(sent).toEqual([['web']]);
  ends[0]?.done();
  await first;
  await turn();
  expect(sent).toEqual([['web'], ['api', 'web', 'shop']]);
  let settled = 0;
  for (const other of others) other.then(() => (settled += 1));
  await turn();
  expect(settled).toBe(0);
  ends[1]?.done();
  await Promise.all(others);
  // Not gathered with what was sent long ago.
  const late = send(['web']);
  await turn();
  expect(sent[2]).toEqual(['web']);
  ends[2]?.done();
  await late;
});

test('a failure is told to all that shared the request, and to nobody after them', async () => {
  const { sent, ends, send } = recorded();
  const first = send(['web']);
  await turn();
  const shared = [send(['api']), send(['shop'])].map((asked) => asked.catch((error: Error) => error.message));
  ends[0]?.fail(new Error('refused'));
  await expect(first).rejects.toThrow('refused');
  await turn();
  ends[1]?.fail(new Error('throttled'));
  expect(await Promise.all(shared)).toEqual(['throttled', 'throttled']);
  const next = send(['web']);
  await turn();
  ends[2]?.done();
  await expect(next).resolves.toBeUndefined();
  expect(sent).toEqual([['web'], ['api', 'shop'], ['web']]);
});
