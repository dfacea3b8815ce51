/** The lines that the steps log: one id leads through all of them, and they stay short, because logs are paid for by their bytes. */
import { describe, expect, test } from 'vitest';
import { FINAL, OPEN, timeOfCall } from '../../functions/core/call.ts';
import type { Outcome } from '../../functions/core/outcome.ts';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { ingest } from '../../functions/ingest/ingest.ts';
import { match } from '../../functions/match/match.ts';
import { makeLog } from '../../functions/runtime/log.ts';
import { METRICS } from '../../infra/stack/metrics.ts';
import { type Bench, makeBench } from './bench.ts';
import { APPLIED, DELIVERED, DIGEST, exchange, HOST, TOKEN } from './given.ts';

/** Names as they are in practice. */
const TAG = 'release-v1.24.3';

const pushTags = async (bench: Bench, ...tags: readonly string[]): Promise<void> => {
  const events = tags.map((tag, i) => ({
    id: `e${i}`,
    action: 'push',
    target: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: DIGEST, repository: 'shop/web', tag },
    request: { host: HOST },
  }));
  await ingest(TOKEN, { method: 'POST', headers: {}, query: {}, body: Buffer.from(JSON.stringify({ events })) }, bench.ports.ingest);
  for (const message of bench.enqueued) await match(message, bench.ports.match);
};

const ready = (rule: 'fires' | 'does not fire'): Bench => {
  const bench = makeBench();
  bench.define({ hook: { registry: 'distribution' }, trigger: rule === 'fires' ? {} : { rule: { mode: 'tags', tags: ['stable'] } } });
  return bench;
};

const written = ({ logs }: Bench): readonly string[] => {
  const lines: string[] = [];
  const log = makeLog((line) => void lines.push(line));
  for (const { event, fields } of logs) log(event, fields);
  return lines;
};
const bytesOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);

test('every line from the delivery to the end of its call holds the id of the push', async () => {
  const bench = ready('fires');
  await pushTags(bench, TAG);
  await reconcile('web', { count: 1, last: false }, bench.ports.deploy);
  const id = bench.enqueued[0]?.deliveryId ?? 'none';
  expect(bench.logs.map(({ event }) => event)).toEqual(['push.received', 'trigger.decided', 'deploy.attempted']);
  for (const line of written(bench)) expect(line).toContain(id);
  expect(bench.logs.at(-1)?.fields).toMatchObject({ call: `${id}.release`, application: 'web', status: 'delivered', ms: bench.now() - timeOfCall(id) });
});

test('of a delivery with several pushes, the line of each names both', async () => {
  const bench = ready('does not fire');
  await pushTags(bench, 'v1', 'v2');
  const [{ deliveryId, pushes } = { deliveryId: '', pushes: [] }] = bench.enqueued;
  expect(new Set(pushes.map(({ id }) => id)).size).toBe(2);
  expect(bench.logs.filter(({ event }) => event === 'trigger.decided').map(({ fields }) => [fields.push, fields.delivery])).toEqual([
    [deliveryId, undefined],
    [pushes[1]?.id, deliveryId],
  ]);
});

/** Of the access log of the API. */
const ACCESS = '202 JKJaXmPLvHcESHA= ANY /hooks/{token} -';

test.each([
  ['fires', 400],
  ['does not fire', 310],
] as const)('a push that %s costs at most %i bytes of log', async (rule, most) => {
  const bench = ready(rule);
  await pushTags(bench, TAG);
  await reconcile('web', { count: 1, last: false }, bench.ports.deploy);
  expect(bytesOf([...written(bench), ACCESS])).toBeLessThanOrEqual(most);
});

describe('an attempt is one line, which says what became of the call', () => {
  const why = { code: 'unavailable', detail: '' } as const;
  const ms = expect.any(Number);

  test.each<readonly [string, Outcome, object]>([
    ['delivered', DELIVERED, { status: 'delivered', ms }],
    [
      'refused',
      { is: 'refused', why: { code: 'target-refused' }, exchange: exchange(403) },
      { outcome: 'refused', answer: 403, status: 'failed', reason: 'target-refused', ms },
    ],
    [
      'tried again',
      { is: 'unavailable', why, answered: true, exchange: exchange(503) },
      { outcome: 'unavailable', why: 'unavailable', answer: 503, status: 'held', reason: 'retry' },
    ],
    // What comes of it is said by the lines of the rollout.
    ['rolling out', APPLIED, { outcome: 'applied' }],
  ])('%s', async (_, outcome, said) => {
    const bench = ready('fires');
    if (outcome.is === 'applied') bench.target.sight = 'readable';
    bench.target.answers = [outcome];
    await pushTags(bench, TAG);
    await reconcile('web', { count: 1, last: false }, bench.ports.deploy);
    const lines = bench.logs.filter(({ event }) => event !== 'push.received' && event !== 'trigger.decided');
    const call = `${bench.enqueued[0]?.deliveryId}.release`;
    expect(lines).toEqual([{ event: 'deploy.attempted', fields: { call, application: 'web', ...said } }]);
  });
});

test('a metric by status has a value for each status that is logged, and no other', async () => {
  const logged = [...OPEN, ...FINAL].filter((status) => status !== 'queued' && status !== 'running' && status !== 'untriggered');
  expect([...METRICS.Calls.by.values].sort()).toEqual(logged.sort());
});
