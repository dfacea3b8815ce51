/**
 * One world: senders, the real handlers, queues, targets, people and the tick under virtual time and faults, until
 * everything is quiet; then healed, dead letters redriven, until it is quiet again. The checker judges what remains.
 */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Desired } from '../../functions/core/application.ts';
import { makeExpressionEngine } from '../../functions/core/expression.ts';
import { encodeDeployment } from '../../functions/core/message.ts';
import { makeDeployHandler } from '../../functions/deploy/handler.ts';
import { makeIngestHandler } from '../../functions/ingest/handler.ts';
import { makeMatchHandler } from '../../functions/match/handler.ts';
import { gatewayEvent, scheduledEvent, sqsEvent, timelessContext } from '../stages/events.ts';
import { createMemory } from '../stages/memory.ts';
import { makeBlind } from './blind-target.ts';
import { makeClock } from './clock.ts';
import { type Fault, type Invocation, type Kind, makeFaults, NO_RATES, RATES, times } from './faults.ts';
import { makeHistory } from './history.ts';
import { startPeople } from './people.ts';
import { deployPorts, ingestPorts, matchPorts, type Planted, type Surroundings, tickPorts } from './ports.ts';
import { type Message, makeQueue } from './queues.ts';
import { makeRandom, makeUlid } from './random.ts';
import { makeReadable } from './readable-target.ts';
import { type Event, encodeEvents, startTraffic } from './senders.ts';
import type { SimulatedTarget } from './targets.ts';
import { makeTopology, type Sender } from './topology.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly pushes: number;
  readonly faults: boolean;
  readonly planted?: Planted;
}

const START = Date.UTC(2026, 0, 1);
const MAX_RECEIVES = 5;
/** Of what people have their hands on, so many rollouts fail. */
const FRAIL = 0.15;
/** Longer than the lease, as on AWS; shorter than there, for more encounters. */
const VISIBILITY = 120_000;
/** Events of ECR become messages like any other before anything of this begins. */
const noEvents = () => Promise.reject(new Error('no event is sent here'));
const HOUR = 3_600_000;
const MINUTE = 60_000;

export const runWorld = async ({ seed, pushes, faults: faulty, planted = {} }: WorldOptions) => {
  const random = makeRandom(seed);
  const clock = makeClock(START);
  const history = makeHistory(clock, START);
  const memory = createMemory();
  const faults = makeFaults(clock, random.fork(), faulty ? times(RATES, random.pick([0.4, 1, 1, 1, 3])) : NO_RATES, history.note);
  const topology = makeTopology(random.fork(), START);
  const engines = { expression: makeExpressionEngine() };
  const wanted = new Map<string, Desired>();
  const clashes: string[] = [];
  let troubled = faulty;

  for (const hook of topology.hooks) memory.hooks.set(hook.name, hook);
  for (const trigger of topology.triggers) memory.triggers.set(trigger.name, trigger);
  const targets = new Map<string, SimulatedTarget>();
  const world = { clock, random: random.fork(), faults, note: history.note, troubled: () => troubled, orderOf: (key: string) => wanted.get(key)?.order ?? '' };
  const addTarget = (id: string, readable: readonly string[] | undefined): void =>
    void targets.set(
      id,
      readable === undefined ? makeBlind(id, world) : makeReadable(id, readable, world, id.startsWith('hand') ? (planted.frail ?? FRAIL) : undefined),
    );
  for (const application of topology.applications) {
    memory.applications.set(application.name, application);
    // A creation that died half-way: match has to mend it.
    if (random.chance(0.8)) memory.states.create(application.name, START);
    addTarget(`${application.name}-target`, topology.repositoriesOf.get(application.name));
  }

  /** Starts a function; `end` gets its answer, or undefined when it died. */
  const invoke = <T>(kind: Kind, run: (invocation: Invocation) => Promise<T>, end: (answer: T | undefined) => void): void => {
    const invocation = faults.start(kind, (_how: Fault) => end(undefined));
    clock.wake(() => {
      run(invocation).then(
        (answer) => {
          if (invocation.ended !== undefined) return;
          faults.end(invocation);
          end(answer);
        },
        (error: unknown) => {
          if (invocation.ended !== undefined) return;
          history.note(invocation, `** threw: ${error instanceof Error ? error.message : String(error)}`);
          faults.end(invocation);
          end(undefined);
        },
      );
    });
  };

  const settle = (batch: readonly { readonly message: Message }[], queue: () => { ack(message: Message): void }) => (answer: SQSBatchResponse | undefined) => {
    if (answer === undefined) return;
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { message } of batch) if (!failed.has(message.id)) queue().ack(message);
  };
  const toEvent = (batch: readonly { readonly message: Message; readonly receives: number }[]): SQSEvent =>
    sqsEvent(batch.map(({ message, receives }) => ({ id: message.id, body: message.body, receives })));

  const pushesQueue = makeQueue(clock, random.fork(), () => troubled, {
    name: 'pushes',
    visibility: VISIBILITY,
    maxReceives: MAX_RECEIVES,
    batch: 10,
    deliver: (batch) =>
      invoke<SQSBatchResponse>(
        'match',
        async (invocation) => makeMatchHandler(wrap(planted.match, matchPorts(invocation, around)), noEvents)(toEvent(batch), timelessContext),
        settle(batch, () => pushesQueue),
      ),
  });
  const deploymentsQueue = makeQueue(clock, random.fork(), () => troubled, {
    name: 'deployments',
    visibility: VISIBILITY,
    maxReceives: MAX_RECEIVES,
    batch: 1,
    deliver: (batch) =>
      deploy(
        toEvent(batch),
        settle(batch, () => deploymentsQueue),
      ),
  });
  const deploy = (event: Parameters<ReturnType<typeof makeDeployHandler>>[0], end: (answer: SQSBatchResponse | undefined) => void): void =>
    invoke<SQSBatchResponse | undefined>(
      'Records' in event ? 'deploy' : 'tick',
      async (invocation) => {
        const handler = makeDeployHandler(wrap(planted.deploy, deployPorts(invocation, around)), tickPorts(invocation, around), MAX_RECEIVES);
        return handler(event, timelessContext);
      },
      end,
    );

  const around: Surroundings = {
    memory,
    faults,
    random: random.fork(),
    note: history.note,
    pushes: pushesQueue,
    deployments: deploymentsQueue,
    engines,
    targets,
    newUlid: makeUlid(random.fork()),
    seen: (state) => {
      for (const { desired } of Object.values(state.runs)) {
        if (desired === undefined) continue;
        const key = `${state.application}.${desired.rev}`;
        const known = wanted.get(key);
        if (known !== undefined && known.callId !== desired.callId) clashes.push(`${key} stands for ${known.callId} and for ${desired.callId}`);
        wanted.set(key, desired);
      }
    },
  };

  /** Events that a 202 promised something about. */
  const accepted = new Map<string, Event>();
  const post = (sender: Sender, events: readonly Event[], done: (status: number | undefined) => void): void => {
    const net = random.between(1, 40);
    let answered = false;
    const once = (status: number | undefined): void => {
      if (answered) return;
      answered = true;
      done(status);
    };
    clock.after(10_000, () => once(undefined));
    clock.after(net, () =>
      invoke<APIGatewayProxyStructuredResultV2>(
        'ingest',
        async (invocation) => {
          for (const { repository } of events) invocation.about.add(repository);
          const handler = makeIngestHandler(wrap(planted.ingest, ingestPorts(invocation, around)));
          const event: APIGatewayProxyEventV2 = gatewayEvent(sender.token, encodeEvents(events), { base64: random.chance(0.5) });
          const answer = await handler(event, timelessContext);
          history.note(invocation, `answered ${answer.statusCode} for ${events.map(({ serial, tag }) => `${serial} ${tag}`).join(', ')}`);
          return answer;
        },
        (answer) => {
          if (answer?.statusCode === 202) for (const event of events) accepted.set(event.serial, event);
          if (troubled && random.chance(0.02)) return; // The answer is lost on its way.
          clock.after(net, () => once(answer?.statusCode ?? 502));
        },
      ),
    );
  };

  const traffic = startTraffic(topology.senders, pushes, clock, random.fork(), post);
  const people = startPeople({
    clock,
    random: random.fork(),
    memory,
    faults,
    note: history.note,
    send: (application) => deploymentsQueue.send(encodeDeployment(application)),
    newUlid: around.newUlid,
    invoke,
    addTarget,
    busy: () => traffic.open() > 0,
    troubled: () => troubled,
    topology,
  });

  const quiet = (): boolean => traffic.open() === 0 && pushesQueue.pending() === 0 && deploymentsQueue.pending() === 0;
  const due = (): boolean => memory.all.states().some(({ dueAt }) => dueAt !== undefined);
  let stopped = false;
  const everyMinute = (): void => {
    if (stopped) return;
    clock.after(MINUTE, everyMinute);
    if (planted.tick !== false) deploy(scheduledEvent(clock.now()), () => undefined);
  };
  clock.after(0, everyMinute);
  /** Quiet, and nothing waits for its time. */
  const settleDown = async (most: number): Promise<boolean> => {
    const end = clock.now() + most;
    while (clock.now() < end) {
      await clock.run(clock.now() + MINUTE);
      if (quiet() && !due()) return true;
    }
    return false;
  };
  while (traffic.open() > 0 && clock.now() < START + 200 * HOUR) await clock.run(clock.now() + MINUTE);
  await settleDown(HOUR);
  troubled = false;
  faults.heal();
  for (let round = 0; round < 5; round += 1) {
    await settleDown(6 * HOUR);
    if (pushesQueue.redrive() + deploymentsQueue.redrive() === 0) break;
  }
  stopped = true;
  await clock.run(clock.now() + MINUTE * 5);

  return {
    topology,
    memory,
    targets,
    wanted,
    clashes,
    accepted,
    people,
    traffic,
    history,
    faults: faults.counts,
    queues: { pushes: pushesQueue.counts, deployments: deploymentsQueue.counts },
    events: clock.events,
    hours: (clock.now() - START) / HOUR,
  };
};

export type Outcome = Awaited<ReturnType<typeof runWorld>>;

const wrap = <P>(change: ((ports: P) => P) | undefined, ports: P): P => (change === undefined ? ports : change(ports));
