/** How long a registry waits for its answer when no function runs yet: Distribution gives up after 1 s, Harbor after 3 s. From the POST to the 202 over the real HTTP API, function, table and queue. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { text } from '../../infra/local/json.ts';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';
import { askEngine } from './ask-engine.ts';

const data = mkdtempSync(join(tmpdir(), 'cold-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

/** With how long its registry waits, in milliseconds. */
const SENDERS = [
  { registry: 'distribution', sample: 'distribution/push-single-manifest-v2s2.json', host: 'registry.example.com', waits: 1_000 },
  { registry: 'harbor', sample: 'harbor/push-artifact-tagged.json', host: 'hub.harbor.com', waits: 3_000 },
] as const;
const STARTS = 5;

/** Those in which functions of this engine run. */
const processesOf = ({ pid }: Engine): readonly number[] =>
  execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, own, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return Number(parent) === pid && args.includes('function-host') ? [Number(own)] : [];
    });

const end = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
};

/** Ends them, so that the next request has to start one. */
const cool = async (engine: Engine): Promise<void> => {
  for (let running = processesOf(engine); running.length > 0; running = processesOf(engine)) {
    for (const pid of running) end(pid);
    await pause(20);
  }
};

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.POSITIVE_INFINITY;

it('is shorter than the registry waits', async () => {
  const first = await startEngine({ data });
  const urls = new Map<string, string>();
  for (const { registry, host: registryHost } of SENDERS) {
    const { url } = await askEngine(first, 'POST', '/v1/hooks', { name: registry, registry, registryHost });
    urls.set(registry, new URL(text(url, 'url')).pathname);
  }
  await first.stop();
  // The first request meets an engine that just started.
  const engine = await startEngine({ data });
  try {
    for (const { registry, sample, waits } of SENDERS) {
      const body = readFileSync(join(import.meta.dirname, '../fixtures/registries', sample), 'utf8');
      const times: number[] = [];
      for (let start = 0; start < STARTS; start += 1) {
        await cool(engine);
        const begun = performance.now();
        const response = await fetch(`${engine.url}${urls.get(registry)}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        times.push(performance.now() - begun);
        expect(response.status, await response.text()).toBe(202);
      }
      expect(median(times), `${registry}: ${times.map(Math.round).join(', ')} ms`).toBeLessThan(waits);
    }
  } finally {
    expect(await engine.stop()).toBe(0);
  }
}, 120_000);
