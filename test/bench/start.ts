/** Row `start`: how long a process takes that loads a function, and one that gives a first answer, with tables and queues behind TLS as on AWS. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { ENV } from '../../functions/env.ts';
import { gatewayEvent, sqsEvent } from '../stages/events.ts';
import { application, hook, message, push, TOKEN, trigger } from '../stages/given.ts';
import { tableStore } from '../store/conformance.ts';
import { openTlsBackends, type TlsBackends } from './backends.ts';
import { startChild } from './child.ts';
import { EXPRESSION, HOST, makeDeliveries, repositoryOf, tagOf } from './deliveries.ts';
import { figure, ratio } from './figure.ts';
import type { Finding, Found, Ground, Row } from './row.ts';
import { bundleTypical, emptyHandler, STAGES, type Stage } from './typical-bundles.ts';

interface Program {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What each process runs: loads a handler; with an event asks it too; and ends with what it said. JavaScript, so that nothing is translated first. */
const COLD = `import { writeSync } from 'node:fs';
const [, , file, event] = process.argv;
const { handler } = await import(file);
const context = { awsRequestId: 'a', functionName: 'f', getRemainingTimeInMillis: () => 30_000 };
const answer = event === undefined ? undefined : await handler(JSON.parse(event), context);
const { user, system } = process.cpuUsage();
writeSync(3, JSON.stringify({ answer: answer ?? {}, cpuMs: (user + system) / 1000 }));
process.exit(0);
`;

/** As Lambda gives it when nothing is traced: Powertools asks for one. */
const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0';

const GOALS = {
  ingest: { load: 2.1, answer: 4 },
  match: { load: 2.1, answer: 4 },
  deploy: { load: 2.3, answer: 4 },
} as const satisfies Record<Stage, object>;

/** How long it took a process from its start until it had loaded, or given a good answer; and what of that the CPU worked, which other work on the machine changes less. */
interface Took {
  readonly ms: number;
  readonly cpuMs: number;
}

const run = async (cold: string, { file, env }: Program, event?: object): Promise<Took> => {
  const started = performance.now();
  const child = spawn(process.execPath, [cold, file, ...(event === undefined ? [] : [JSON.stringify(event)])], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  let said = '';
  let ms = 0;
  child.stdio[3]?.on('data', (piece: Buffer) => {
    ms ||= performance.now() - started;
    said += piece.toString('utf8');
  });
  const [code] = await once(child, 'close');
  const heard = Said.safeParse(code === 0 && said !== '' ? JSON.parse(said) : undefined);
  if (!heard.success || (event !== undefined && !Good.safeParse(heard.data.answer).success))
    throw new Error(`${file} ended with code ${String(code)} and said ${said || 'nothing'}`);
  return { ms, cpuMs: heard.data.cpuMs };
};

const Said = z.object({ answer: z.unknown(), cpuMs: z.number() });
const Good = z.union([z.looseObject({ statusCode: z.literal(202) }), z.looseObject({ batchItemFailures: z.array(z.unknown()).check(z.maxLength(0)) })]);

/** The event of a stage in one round: a push that nobody saw before. */
const eventOf = (stage: Stage, round: number, typical: boolean): object => {
  const tag = tagOf(round);
  if (typical && stage === 'ingest') return { body: JSON.stringify({ repository: repositoryOf(0), tag }) };
  if (typical) return sqsEvent([{ id: `m-${round}`, body: JSON.stringify({ repository: repositoryOf(0), tag, application: 'web' }), receives: 1 }]);
  if (stage === 'ingest') return gatewayEvent(TOKEN, makeDeliveries()(0, tag).body.toString('utf8'));
  const pushed = message(push(round + 1, { tag, repository: repositoryOf(0), eventId: `e-${round}` }));
  return sqsEvent([{ id: `m-${round}`, body: JSON.stringify(stage === 'match' ? pushed : { v: 1, application: 'web' }), receives: 1 }]);
};

const define = async (backends: TlsBackends, sinkPort: number): Promise<void> => {
  const { define: put, states } = tableStore(backends.tables, Date.now);
  await put.hook(hook({ registry: 'artifactory', registryHost: HOST }));
  await put.trigger(trigger({ repository: repositoryOf(0), rule: { mode: 'expression', expression: EXPRESSION } }));
  await put.application(application({ target: { kind: 'http', url: `http://127.0.0.1:${sinkPort}/deploy` } }));
  await states.create('web', Date.now());
};

const measure = async (ground: Ground): Promise<Found> => {
  const { room } = ground;
  const rounds = ground.full ? 21 : 5;
  const cold = join(room, 'cold.mjs');
  writeFileSync(cold, COLD);
  const sink = startChild('sink.ts', {});
  const { port } = await sink.hear(z.object({ port: z.number() }));
  const backends = await openTlsBackends(room, await ground.assembly(), [`127.0.0.1:${port}`]);
  try {
    await define(backends, port);
    const ours = new Map(STAGES.map((stage) => [stage, backends.function(stage)]));
    const { env } = backends.function('ingest');
    const typicalEnv = { ...env, BENCH_TABLE: env[ENV.definitionsTable] ?? '', BENCH_QUEUE_URL: env[ENV.pushesQueueUrl] ?? '', _X_AMZN_TRACE_ID: TRACE };
    const theirs = new Map<Stage, Program>();
    for (const stage of STAGES) theirs.set(stage, { file: (await bundleTypical(stage, room)).file, env: typicalEnv });
    const empty = { file: emptyHandler(room), env };
    const taken = new Map<string, Took[]>();
    const note = (name: string, took: Took): void => void taken.set(name, [...(taken.get(name) ?? []), took]);
    // The first round warms the files up and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      const programs = [
        ...STAGES.map((stage) => ['ours', stage, ours.get(stage)] as const),
        ...STAGES.map((stage) => ['theirs', stage, theirs.get(stage)] as const),
      ];
      const empties = [await run(cold, empty), await run(cold, empty, {})] as const;
      if (round > 0) note('empty load', empties[0]);
      if (round > 0) note('empty answer', empties[1]);
      for (const [whose, stage, program] of programs) {
        if (program === undefined) continue;
        const [load, answer] = [await run(cold, program), await run(cold, program, eventOf(stage, round, whose === 'theirs'))];
        if (round > 0) note(`${whose} ${stage} load`, load);
        if (round > 0) note(`${whose} ${stage} answer`, answer);
      }
    }
    const of = (name: string): readonly Took[] => taken.get(name) ?? [];
    return { is: 'found', findings: STAGES.flatMap((stage) => findingsOf(stage, of)) };
  } finally {
    await backends.stop();
    await sink.end();
  }
};

const findingsOf = (stage: Stage, of: (name: string) => readonly Took[]): readonly Finding[] =>
  (['load', 'answer'] as const).flatMap((what): readonly Finding[] => {
    const [empty, ours, theirs] = [of(`empty ${what}`), of(`ours ${stage} ${what}`), of(`theirs ${stage} ${what}`)];
    const name = what === 'load' ? `load of ${stage}` : `start to first answer of ${stage}`;
    return [
      {
        what: `${name}, against an empty handler`,
        ...against(ours, empty),
        goal: { of: 'ratio', is: 'at most', value: GOALS[stage][what], stretch: what === 'load' ? 1.6 : 3 },
        cause:
          what === 'load'
            ? 'node:https and the client of DynamoDB are evaluated; a signer of our own would load in a quarter of the time'
            : 'the first call of the client of DynamoDB costs its middleware, and of each service a TLS handshake',
      },
      {
        what: `${name}, against a typical bundle`,
        ...against(ours, theirs),
        goal: { of: 'ratio', is: 'at most', value: 0.5 },
        cause:
          what === 'load'
            ? 'Node itself, node:https and the client of DynamoDB are in both'
            : stage === 'ingest'
              ? 'ours speaks to two services over TLS, since it reads the hook before it sends; the typical one to one'
              : 'ours makes about seven calls, and with a record that survives a crash between any two of them; the typical one makes two or three',
      },
    ];
  });

const against = (ours: readonly Took[], theirs: readonly Took[]): Pick<Finding, 'unit' | 'ours' | 'theirs' | 'ratio' | 'notes'> => {
  const [wall, theirWall] = [ours.map(({ ms }) => ms), theirs.map(({ ms }) => ms)];
  const [cpu, theirCpu] = [ours.map(({ cpuMs }) => cpuMs), theirs.map(({ cpuMs }) => cpuMs)];
  const byCpu = ratio(cpu, theirCpu).median.toPrecision(3);
  return {
    unit: 'ms',
    ours: figure(wall),
    theirs: figure(theirWall),
    ratio: ratio(wall, theirWall),
    notes: [`of time on the CPU ${byCpu}x: ${figure(cpu).median.toFixed(0)} against ${figure(theirCpu).median.toFixed(0)} ms`],
  };
};

export const start: Row = {
  about: 'a process from its start, over AWS endpoints with TLS on 127.0.0.1',
  against: 'an empty handler; a typical bundle: middy, Powertools, zod, the whole SDK client',
  measure,
};
