/** What of row `steps` is HTTP: takes a delivery, posts a body of the usual size to the sink over a kept connection, and answers. Nothing is read, decided or recorded. */
import { Agent, createServer, request } from 'node:http';
import * as z from 'zod/mini';
import { argumentOf, sayToParent } from './child.ts';

const { sinkPort } = argumentOf(z.object({ sinkPort: z.number() }));
const agent = new Agent({ keepAlive: true });
const body = JSON.stringify({ body: 'x'.repeat(400) });
const headers = { 'content-type': 'application/json', 'content-length': body.length };

const dispatch = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ agent, method: 'POST', host: '127.0.0.1', port: sinkPort, path: '/alone', headers }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

const server = createServer((incoming, response) => {
  incoming.resume();
  incoming.on('end', () =>
    dispatch().then(
      () => response.writeHead(202).end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    ),
  );
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  void sayToParent({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
