/** Row `steps`: deliveries that are verified, matched, dispatched over HTTP and recorded, per second of CPU of the process that does it. */
import * as z from 'zod/mini';
import { startChild } from './child.ts';
import { cpuSeconds } from './cpu-seconds.ts';
import { hasWebhook, startDebianWebhook, WITHOUT_WEBHOOK } from './debian-webhook.ts';
import { exactly, figure, ratio } from './figure.ts';
import { generateLoad } from './generate-load.ts';
import type { Found, Ground, Row } from './row.ts';

const APPLICATIONS = 128;
const CONNECTIONS = 32;
const Listening = z.object({ port: z.number() });
const Delivered = z.object({ delivered: z.number() });

const measure = async ({ full, room }: Ground): Promise<Found> => {
  if (!hasWebhook) return { is: 'skipped', why: WITHOUT_WEBHOOK };
  const [rounds, ourCount, theirCount] = full ? [7, 8_000, 3_000] : [3, 2_500, 700];
  const sink = startChild('sink.ts', {});
  const { port: sinkPort } = await sink.hear(Listening);
  const steps = startChild('steps-server.ts', { sinkPort, applications: APPLICATIONS });
  // A sink of its own: that of the steps counts their deployments.
  const otherSink = startChild('sink.ts', {});
  const alone = startChild('http-alone.ts', { sinkPort: (await otherSink.hear(Listening)).port });
  const webhook = await startDebianWebhook(room, { waits: true, verbose: false });
  try {
    const { port } = await steps.hear(Listening);
    const { port: alonePort } = await alone.hear(Listening);
    let from = 0;
    const perCpuSecond = async (pid: number, url: string, count: number): Promise<number> => {
      const before = cpuSeconds(pid);
      const { acknowledged, refused } = await generateLoad({ url, from, count, connections: CONNECTIONS, applications: APPLICATIONS });
      from += count;
      if (acknowledged.length !== count) throw new Error(`${url}: ${acknowledged.length} of ${count} deliveries were taken; ${refused.join('; ')}`);
      return count / (cpuSeconds(pid) - before);
    };
    const ours: number[] = [];
    const theirs: number[] = [];
    const bare: number[] = [];
    // The first round warms all up and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      const own = await perCpuSecond(steps.pid, `http://127.0.0.1:${port}/`, ourCount);
      const other = await perCpuSecond(webhook.pid, webhook.url, theirCount);
      const http = await perCpuSecond(alone.pid, `http://127.0.0.1:${alonePort}/`, ourCount);
      if (round === 0) continue;
      ours.push(own);
      theirs.push(other);
      bare.push(http);
    }
    const sent = (rounds + 1) * ourCount;
    steps.say({});
    const { delivered } = await steps.hear(Delivered);
    const { count } = z.object({ count: z.number() }).parse(await (await fetch(`http://127.0.0.1:${sinkPort}/`)).json());
    return {
      is: 'found',
      findings: [
        {
          what: 'verified, matched, dispatched and recorded',
          unit: '/CPU-s',
          ours: figure(ours),
          theirs: figure(theirs),
          ratio: ratio(ours, theirs),
          goal: { of: 'ratio', is: 'at least', value: 5 },
          cause:
            'HTTP alone takes most of what the goal leaves (below); the rest are proofs and digests, eleven effects of tables and queues that are awaited one after the other, and what each of them says in objects; the other side records nothing, repeats nothing and puts nothing in order',
        },
        {
          what: 'HTTP alone: taken and dispatched over kept connections, nothing in between',
          unit: '/CPU-s',
          ours: figure(bare),
          theirs: figure(theirs),
          ratio: ratio(bare, theirs),
        },
        {
          what: 'of what was acknowledged, target called and call recorded',
          unit: '%',
          ours: exactly((Math.min(count, delivered) / sent) * 100),
          goal: { of: 'ours', is: 'at least', value: 100 },
          cause: `of ${sent} deliveries ${count} reached the target and ${delivered} are recorded: a fault`,
        },
      ],
    };
  } finally {
    await Promise.all([steps.end(), webhook.end(), sink.end(), alone.end(), otherSink.end()]);
  }
};

export const steps: Row = {
  about: 'all steps in one process over tables in memory, behind node:http, each deployment over HTTP',
  against: 'Debian’s `webhook` running /bin/true for the same body, signature and expression',
  measure,
};
