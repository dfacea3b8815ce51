/** Runs as many worlds as the pushes need and adds up what the checker finds. Each world has its own seed, so that one can be replayed alone. */
import { check, NUMBERS, type NumberName, type Violation } from './checker.ts';
import { FAULTS } from './faults.ts';
import type { Planted } from './ports.ts';
import { type Outcome, runWorld } from './world.ts';

export interface RunOptions {
  readonly pushes: number;
  readonly seed: number;
  readonly perWorld?: number;
  readonly faults?: boolean;
  readonly planted?: Planted;
  /** Stop at the first world with a violation. */
  readonly stopAtFirst?: boolean;
  readonly progress?: (done: number) => void;
}

export interface Finding extends Violation {
  readonly seed: number;
  readonly pushes: number;
  readonly history: readonly string[];
}

export interface Total {
  pushes: number;
  worlds: number;
  events: number;
  hours: number;
  readonly numbers: Record<NumberName, number>;
  readonly counts: Record<string, number>;
  readonly statuses: Record<string, number>;
  /** The violation with the shortest history of its application. */
  finding?: Finding;
  readonly hashes: string[];
}

const PER_WORLD = 400;

export const worldSeed = (seed: number, world: number): number => (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(world, 0x85ebca6b)) >>> 0;

export const run = async ({ pushes, seed, perWorld = PER_WORLD, faults = true, planted, stopAtFirst = false, progress }: RunOptions): Promise<Total> => {
  const total: Total = {
    pushes: 0,
    worlds: 0,
    events: 0,
    hours: 0,
    numbers: { lost: 0, duplicated: 0, stale: 0, notConverged: 0 },
    counts: {},
    statuses: {},
    hashes: [],
  };
  while (total.pushes < pushes) {
    const size = Math.min(perWorld, pushes - total.pushes);
    // A run of one world is the replay of that seed.
    const own = pushes <= perWorld ? seed : worldSeed(seed, total.worlds);
    const outcome = await runWorld({ seed: own, pushes: size, faults, ...(planted === undefined ? {} : { planted }) });
    add(total, outcome, own, size);
    progress?.(total.pushes);
    if (stopAtFirst && total.finding !== undefined) break;
  }
  return total;
};

export const failed = (total: Total): boolean => NUMBERS.some((name) => total.numbers[name] > 0);

const add = (total: Total, outcome: Outcome, seed: number, pushes: number): void => {
  total.worlds += 1;
  total.pushes += outcome.traffic.counts.pushes;
  total.events += outcome.events;
  total.hours += outcome.hours;
  total.hashes.push(outcome.history.hash());
  const sum = (name: string, count: number): void => {
    total.counts[name] = (total.counts[name] ?? 0) + count;
  };
  for (const fault of FAULTS) sum(fault, outcome.faults[fault]);
  for (const [queue, counts] of Object.entries(outcome.queues)) for (const [name, count] of Object.entries(counts)) sum(`${queue}.${name}`, count);
  for (const [name, count] of Object.entries(outcome.traffic.counts)) if (name !== 'pushes') sum(`senders.${name}`, count);
  for (const [name, count] of Object.entries(outcome.people.counts)) sum(`people.${name}`, count);
  for (const [name, count] of Object.entries(outcome.people.wishes)) sum(`people.${name}`, count);
  sum('people.applicationsDeleted', outcome.people.deleted.size);
  sum('people.targetsChanged', outcome.people.moved.size);
  sum('senders.accepted', outcome.accepted.size);
  for (const { log } of outcome.targets.values()) sum(`targets.${log.sight === 'blind' ? 'posts' : 'changes'}`, log.changes.length);
  for (const { status, reason } of outcome.memory.all.calls()) {
    const name = reason === undefined ? status : `${status} ${reason}`;
    total.statuses[name] = (total.statuses[name] ?? 0) + 1;
  }
  for (const violation of check(outcome)) {
    total.numbers[violation.number] += 1;
    const { application } = violation;
    const names = [
      application,
      `${application}-target`,
      ...outcome.topology.triggers.flatMap((trigger) => (trigger.application === application ? [trigger.repository] : [])),
    ];
    const history = outcome.history.about(names);
    if (total.finding === undefined || history.length < total.finding.history.length) total.finding = { ...violation, seed, pushes, history };
  }
};
