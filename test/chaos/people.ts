/** People: redeliver calls (by a client that may die half-way), delete an application, give one another target; and those with wishes. */
import type { OpenCall } from '../../functions/core/application.ts';
import { type Call, callId, isOpen } from '../../functions/core/call.ts';
import type { Memory } from '../stages/memory.ts';
import type { Clock } from './clock.ts';
import type { Faults, Invocation, Kind, Note } from './faults.ts';
import type { Random } from './random.ts';
import { HOST, type Topology } from './topology.ts';
import { startWishes } from './wishes.ts';

export interface PeopleOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly memory: Memory;
  readonly faults: Faults;
  readonly note: Note;
  readonly send: (application: string) => void;
  readonly newUlid: (now: number) => string;
  readonly invoke: <T>(kind: Kind, run: (invocation: Invocation) => Promise<T>, end: (answer: T | undefined) => void) => void;
  readonly addTarget: (id: string, readable: readonly string[] | undefined) => void;
  readonly busy: () => boolean;
  readonly troubled: () => boolean;
  readonly topology: Topology;
}

export interface People {
  /** Redeliveries whose call is written but whom the state was never told of: nobody was promised anything. */
  readonly orphans: Set<string>;
  readonly deleted: Map<string, number>;
  /** When an application was given another target. */
  readonly moved: Map<string, number>;
  readonly counts: Readonly<Record<string, number>>;
  readonly wishes: Readonly<Record<string, number>>;
}

export const startPeople = (options: PeopleOptions): People => {
  const { clock, random, memory, faults, note, topology } = options;
  const orphans = new Set<string>();
  const counts = { redelivered: 0, diedBeforeSend: 0 };
  const wishes = startWishes(options, orphans);
  const people: People = { orphans, deleted: new Map(), moved: new Map(), counts, wishes: wishes.counts };

  /** Call first, then one update of the fact with `dueAt`, then send: dying in between leaves it to the tick. */
  const redeliver = (original: Call): void => {
    counts.redelivered += 1;
    options.invoke(
      'api',
      async (invocation) => {
        const now = faults.time(invocation);
        const { application } = original;
        invocation.about.add(application);
        const id = callId(options.newUlid(now), original.trigger);
        people.orphans.add(id);
        const { reason: _r, detail: _d, by: _b, until: _u, attempts: _a, responseStatus: _s, responseBody: _rb, endedAt: _e, ...rest } = original;
        await faults.call(invocation, 'put redelivery', () => memory.calls.put({ ...rest, id, status: 'queued', redeliveryOf: original.id, decidedAt: now }));
        const open: OpenCall = {
          callId: id,
          order: original.order,
          repository: original.repository,
          tag: original.tag,
          ...(original.digest === undefined ? {} : { digest: original.digest }),
          receivedAt: original.receivedAt,
          hosts: [HOST],
          redelivery: true,
          ...(original.action === 'redeploy' ? { restart: true } : {}),
        };
        await faults.call(invocation, 'open redelivery', () => {
          note(invocation, `redelivery ${id} of ${original.id} ${original.tag}`);
          if (memory.states.open(application, open, { dueAt: now }) === 'opened') people.orphans.delete(id);
        });
        if (options.troubled() && random.chance(0.3)) {
          counts.diedBeforeSend += 1;
          note(invocation, `the client died before it sent`);
          return;
        }
        await faults.call(invocation, 'send redelivery', () => options.send(application));
      },
      () => undefined,
    );
  };

  const remove = (name: string): void => {
    people.deleted.set(name, clock.now());
    memory.applications.delete(name);
    options.send(name);
  };

  const move = (name: string): void => {
    const definition = memory.applications.get(name);
    if (definition === undefined) return;
    people.moved.set(name, clock.now());
    // A readable target may be exchanged for another of its kind: a handle of the first says nothing at the second.
    const readable = definition.target.kind === 'readable' && random.chance(0.5);
    const id = `${name}-other`;
    options.addTarget(id, readable ? undefined : topology.triggers.flatMap(({ application, repository }) => (application === name ? [repository] : [])));
    memory.applications.set(name, { ...definition, target: { kind: readable ? 'blind' : 'readable', id } });
  };

  const next = (): void => {
    if (!options.busy()) return;
    clock.after(random.between(20_000, 240_000), next);
    const done = memory.all.calls().filter(({ status, application }) => !isOpen(status) && status !== 'untriggered' && memory.applications.has(application));
    if (done.length === 0) return;
    // Mostly something recent, since what is long past is only superseded.
    redeliver(random.pick(random.chance(0.7) ? done.slice(-8) : done));
  };
  if (options.troubled()) {
    clock.after(120_000, next);
    const [first, second] = ['call-0', 'web-3'];
    for (const name of ['slow-0', 'both-2', 'call-1', 'hand-1']) clock.after(random.between(300_000, 2_400_000), () => remove(name));
    clock.after(random.between(600_000, 2_400_000), () => move(random.chance(0.5) ? first : second));
  }
  return people;
};
