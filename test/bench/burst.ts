/** Row `burst`: pushes sent as fast as they are taken, until every one is executed; and how many of those that were acknowledged are not. */
import { setTimeout as pause } from 'node:timers/promises';
import { OPEN } from '../../functions/core/call.ts';
import { hasWebhook, startDebianWebhook, WITHOUT_WEBHOOK } from './debian-webhook.ts';
import { tagOf } from './deliveries.ts';
import { startBenchEngine } from './engine.ts';
import { exactly } from './figure.ts';
import { generateLoad } from './generate-load.ts';
import type { Finding, Found, Ground, Row } from './row.ts';

const APPLICATIONS = 128;
const CONNECTIONS = 32;

const measure = async (ground: Ground): Promise<Found> => {
  const count = ground.full ? 10_000 : 1_000;
  const theirs = hasWebhook ? await burstOfWebhook(ground, count) : undefined;
  const bench = await startBenchEngine(ground, APPLICATIONS);
  try {
    // Functions are started by their first events: that is not what is measured.
    await generateLoad({ url: bench.webhookUrl, from: 1_000_000, count: 4 * CONNECTIONS, connections: CONNECTIONS, applications: APPLICATIONS });
    await bench.quiet();
    const before = await bench.deployments();
    const used = bench.cpu();
    const started = performance.now();
    const sent = await generateLoad({ url: bench.webhookUrl, from: 0, count, connections: CONNECTIONS, applications: APPLICATIONS });
    await bench.quiet();
    const seconds = (performance.now() - started) / 1000;
    const cpu = bench.cpu();
    const [engine, functions] = [cpu.engine - used.engine, cpu.functions - used.functions].map((each) => ((each * 1000) / count).toFixed(1));
    const deployments = (await bench.deployments()) - before;
    const ended = new Set((await bench.calls()).flatMap(({ tag, status }) => (OPEN.some((open) => open === status) ? [] : [tag])));
    const executed = sent.acknowledged.filter((n) => ended.has(tagOf(n))).length;
    const rate: Finding = {
      what: `executed, a burst of ${count}`,
      unit: '/s',
      ours: exactly(sent.acknowledged.length / seconds),
      goal: { of: 'ours', is: 'at least', value: 150, stretch: 300 },
      cause: 'a push is a dozen calls to tables and queues, each signed, sent and read by the SDK, and thirteen processes share the machine',
      notes: [
        `answered within ${sent.seconds.toFixed(1)} s, executed within ${seconds.toFixed(1)} s; ${deployments} deployments, the rest coalesced`,
        `on the CPU for each push: ${engine} ms in the engine, ${functions} ms in its functions`,
      ],
    };
    const share: Finding = {
      what: 'of what was acknowledged, executed',
      unit: '%',
      ours: exactly((executed / sent.acknowledged.length) * 100),
      ...(theirs === undefined ? {} : { theirs: exactly(theirs) }),
      goal: { of: 'ours', is: 'at least', value: 100 },
      cause: `${sent.acknowledged.length - executed} acknowledged pushes have no call that ended: a fault`,
      notes: [
        ...(sent.refusals === 0 ? [] : [`${sent.refusals} were not taken and answered so: ${sent.refused.join('; ')}`]),
        ...(theirs === undefined ? [WITHOUT_WEBHOOK] : []),
      ],
    };
    return { is: 'found', findings: [rate, share] };
  } finally {
    await bench.stop();
  }
};

/** The share of acknowledged deliveries whose command was run, in hundredths: it answers at once, as it does unless told otherwise. */
const burstOfWebhook = async ({ room }: Ground, count: number): Promise<number> => {
  const webhook = await startDebianWebhook(room, { waits: false, verbose: true });
  try {
    const { acknowledged } = await generateLoad({ url: webhook.url, from: 0, count, connections: CONNECTIONS, applications: APPLICATIONS });
    // Its log tells when each command ended, whatever came of it.
    while (webhook.logged(/finished handling/) < acknowledged.length) await pause(100);
    return ((acknowledged.length - webhook.logged(/error occurred/)) / acknowledged.length) * 100;
  } finally {
    await webhook.end();
  }
};

export const burst: Row = {
  about: 'the whole local engine from HTTP to the target, every push recorded on disk',
  against: 'Debian’s `webhook` running /bin/true, by its own log',
  measure,
};
