/** Row `latency`: from the POST of a push to the call of the target, through the whole local engine that has nothing else to do. */
import { createServer } from 'node:http';
import { makeDeliveries } from './deliveries.ts';
import { startBenchEngine } from './engine.ts';
import { figure } from './figure.ts';
import type { Found, Ground, Row } from './row.ts';

const measure = async (ground: Ground): Promise<Found> => {
  const [warm, count] = ground.full ? [50, 300] : [20, 60];
  let called = (): void => undefined;
  const sink = createServer((request, response) => {
    called();
    request.resume();
    request.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  const address = sink.address();
  const bench = await startBenchEngine(ground, 1, typeof address === 'object' && address !== null ? address.port : 0);
  try {
    const deliver = makeDeliveries();
    const milliseconds: number[] = [];
    for (let n = -warm; n < count; n += 1) {
      const { headers, body } = deliver(0, `release-v2.${n + warm}`);
      const call = new Promise<void>((resolve) => {
        called = resolve;
      });
      const started = performance.now();
      const answer = fetch(bench.webhookUrl, { method: 'POST', headers, body: new Uint8Array(body) });
      await call;
      const took = performance.now() - started;
      if (n >= 0) milliseconds.push(took);
      const { status } = await answer;
      if (status !== 202) throw new Error(`a push was answered ${status}`);
      await bench.quiet();
    }
    const sorted = milliseconds.toSorted((a, b) => a - b);
    return {
      is: 'found',
      findings: [
        {
          what: 'POST to the target’s call',
          unit: 'ms',
          ours: figure(milliseconds),
          goal: { of: 'ours', is: 'at most', value: 25 },
          cause: 'three functions, two queues and about ten table calls lie between, each a process or a signed HTTP request on this machine',
          notes: [`99 of 100 within ${(sorted[Math.floor(sorted.length * 0.99)] ?? 0).toFixed(0)} ms`],
        },
      ],
    };
  } finally {
    await bench.stop();
    sink.close();
    sink.closeAllConnections();
  }
};

export const latency: Row = { about: 'the whole local engine, one push at a time', against: 'none', measure };
