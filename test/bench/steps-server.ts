/**
 * All steps in one process behind `node:http`: ingest, match and deploy over the tables in memory that tests of single
 * steps use. Queues hand over at once, so an answer means that the target was called and the call recorded.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { monotonicFactory } from 'ulid';
import * as z from 'zod/mini';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { ingest } from '../../functions/ingest/ingest.ts';
import { match } from '../../functions/match/match.ts';
import { makeOutbound } from '../../functions/outbound/request.ts';
import { makeRandom } from '../../functions/runtime/random.ts';
import { targetOf } from '../../functions/targets/index.ts';
import { makeBench } from '../stages/bench.ts';
import { TOKEN } from '../stages/given.ts';
import { argumentOf, sayToParent } from './child.ts';
import { EXPRESSION, HOST, repositoryOf, SECRET } from './deliveries.ts';

const { sinkPort, applications } = argumentOf(z.object({ sinkPort: z.number(), applications: z.number() }));
const bench = makeBench();
const sealed = (await bench.proving.sealed.seal('hub', SECRET)) ?? '';
for (let i = 0; i < applications; i += 1)
  bench.define({
    hook: { registry: 'artifactory', registryHost: HOST, credential: { by: 'hmac', secrets: [{ sealed, createdAt: 0 }] } },
    trigger: { name: `trigger-${i}`, application: `app-${i}`, repository: repositoryOf(i), rule: { mode: 'expression', expression: EXPRESSION } },
    application: { name: `app-${i}`, target: { kind: 'http', url: `http://127.0.0.1:${sinkPort}/deploy` } },
  });

const now = Date.now;
const log = (): void => undefined;
const outbound = makeOutbound({ allow: [`127.0.0.1:${sinkPort}`], clock: now });
/** A message to itself would be one that another process holds: here there is none. */
const again = async (application: string): Promise<void> => {
  throw new Error(`${application} was sent again`);
};
const ports = {
  deploy: {
    ...bench.ports.deploy,
    target: targetOf,
    io: (key: string) => ({
      ...bench.ports.deploy.io(key),
      request: (request: Parameters<typeof outbound>[0]) => outbound(request, AbortSignal.timeout(25_000)),
      now,
    }),
    ...{ send: again, now, log },
  },
  match: {
    ...bench.ports.match,
    send: async (names: readonly string[]) => {
      for (const name of names) await reconcile(name, { count: 1, last: false }, ports.deploy);
    },
    ...{ now, log },
  },
  ingest: {
    ...bench.ports.ingest,
    send: (message: Parameters<typeof match>[0]) => match(message, ports.match),
    ...{ now, newUlid: monotonicFactory(makeRandom(randomBytes)), log },
  },
};

const take = async (request: IncomingMessage, body: Buffer): Promise<number> => {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const { status } = await ingest(TOKEN, { method: 'POST', headers, query: {}, body }, ports.ingest);
  // Kept for tests that cut a step off; here they would only grow.
  bench.effects.length = 0;
  return status;
};

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => void pieces.push(piece));
  request.on('end', () =>
    take(request, Buffer.concat(pieces)).then(
      (status) => response.writeHead(status).end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    ),
  );
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  void sayToParent({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
/** What was recorded as delivered. */
process.on('message', () => void sayToParent({ delivered: bench.memory.all.calls().filter(({ status }) => status === 'delivered').length }));
