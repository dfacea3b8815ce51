/** Sends deliveries over kept connections, each connection one after the other, from a process of its own; says what was answered. */
import { Agent, request } from 'node:http';
import * as z from 'zod/mini';
import { argumentOf, sayToParent } from './child.ts';
import { makeDeliveries, tagOf } from './deliveries.ts';

const { url, from, count, connections, applications } = argumentOf(
  z.object({ url: z.string(), from: z.number(), count: z.number(), connections: z.number(), applications: z.number() }),
);
const deliver = makeDeliveries();
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const milliseconds: number[] = [];
const refused: string[] = [];
/** By number of the push. */
const acknowledged: number[] = [];

const post = (n: number, application: number): Promise<void> =>
  new Promise((resolve) => {
    const { headers, body } = deliver(application, tagOf(n));
    const started = performance.now();
    const outgoing = request(url, { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } }, (response) => {
      response.resume();
      response.on('end', () => {
        milliseconds.push(performance.now() - started);
        if (response.statusCode === 200 || response.statusCode === 202) acknowledged.push(n);
        else refused.push(String(response.statusCode));
        resolve();
      });
    });
    outgoing.on('error', (error) => {
      refused.push(error.message);
      resolve();
    });
    outgoing.end(body);
  });

const started = performance.now();
/** A connection has applications of its own: two pushes of one are never under way at once, and nothing coalesces that need not. */
const lane = async (connection: number): Promise<void> => {
  const own = Array.from({ length: applications }, (_, application) => application).filter((application) => application % connections === connection);
  for (let n = from + connection, turn = 0; n < from + count; n += connections, turn += 1) await post(n, own[turn % own.length] ?? 0);
};
await Promise.all(Array.from({ length: connections }, (_, connection) => lane(connection)));
agent.destroy();
await sayToParent({ acknowledged, refused: refused.slice(0, 5), refusals: refused.length, seconds: (performance.now() - started) / 1000, milliseconds });
process.disconnect();
