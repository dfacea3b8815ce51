/**
 * The real steps for the model: match and reconcile over the memory, one application, a target that does as it is told, and
 * a queue that delivers each message at its time. Virtual time; workers die where they are told to.
 */
import { WHOLE as EVERYTHING, type OpenCall } from '../../functions/core/application.ts';
import { callId, manualTrigger } from '../../functions/core/call.ts';
import type { Policy } from '../../functions/core/definitions.ts';
import { wayBack } from '../../functions/core/history.ts';
import { manualOrder, orderOf } from '../../functions/core/order.ts';
import type { Push } from '../../functions/core/push.ts';
import type { DeployPorts } from '../../functions/deploy/ports.ts';
import { reconcile } from '../../functions/deploy/reconcile.ts';
import { match } from '../../functions/match/match.ts';
import type { BoundTarget, Running, Wish } from '../../functions/targets/target.ts';
import { makeBench } from '../stages/bench.ts';
import { APPLIED, DELIVERED, HOST, message, ULIDS } from '../stages/given.ts';
import { type Died, reachedBy } from './died.ts';
import { type Fate, type Image, LOOK_AGAIN, type Open, type Setup } from './rules.ts';

export const REPOSITORIES = [`${HOST}/shop/api`, `${HOST}/shop/web`] as const;
/** How long a message of a worker that died stays invisible. */
const VISIBILITY_MS = 120_000;
/** A message can be delayed by so much; what is later is found by the tick. */
const DELAY_MS = 900_000;

export const makeReal = (setup: Setup) => {
  const bench = makeBench();
  const policy: Policy = {
    ...(setup.quietSeconds === undefined ? {} : { quietSeconds: setup.quietSeconds }),
    ...(setup.maxPerHour === undefined ? {} : { maxPerHour: setup.maxPerHour }),
    ...(setup.autoRollback ? { autoRollback: true } : {}),
    ...(setup.neverDown ? { neverDown: true } : {}),
  };
  const application = { target: { kind: setup.sight }, policy };
  const [first, second] = REPOSITORIES;
  bench.define(
    { trigger: { name: 'a', repository: first }, application },
    ...(setup.twice ? [{ trigger: { name: 'b', repository: first }, application }] : []),
    ...(setup.repositories === 2 ? [{ trigger: { name: 'c', repository: second }, application }] : []),
  );
  const triggers = (repository: string): readonly string[] => (repository === second ? ['c'] : setup.twice ? ['a', 'b'] : ['a']);

  let fate: Fate = 'healthy';
  let down = false;
  let queue: number[] = [];
  let ids = 0;
  const told: string[] = [];
  const runs = new Map<string, Image>();
  let restarted = '';

  const nextUlid = (): string => {
    ids += 1;
    return ULIDS[ids] ?? '';
  };
  const imageIn = (wish: Wish): { readonly repository: string; readonly image: Image } | undefined => {
    const [wanted] = 'set' in wish ? wish.set : [];
    if (wanted === undefined) return undefined;
    const { repository, tag = '', digest } = wanted.image;
    return { repository, image: { tag, ...(digest === undefined ? {} : { digest }) } };
  };
  const tell = (wish: Wish, key: string): void => {
    const set = imageIn(wish);
    told.push(set === undefined ? EVERYTHING : `${set.repository} ${set.image.tag}`);
    if (set === undefined) restarted = key;
    else runs.set(set.repository, set.image);
  };
  const bound: BoundTarget =
    setup.sight === 'blind'
      ? {
          sight: 'blind',
          apply: (wish, io) =>
            bench.effect('target.apply', () => {
              if (down) return BUSY;
              tell(wish, io.idempotencyKey);
              return DELIVERED;
            }),
        }
      : {
          sight: 'readable',
          takesTemplates: false,
          read: (wish, io) =>
            bench.effect('target.read', (): Running => {
              if (down) return BUSY;
              const set = imageIn(wish);
              const there = set === undefined ? restarted === io.idempotencyKey : isThere(runs.get(set.repository), set.image);
              const running = there && (io.attempted === true || fate !== 'failed');
              return { is: 'seen', running, settled: fate === 'healthy', handle: 'read', state: undefined, containers: [] };
            }),
          apply: (wish, _seen, io) =>
            bench.effect('target.apply', () => {
              tell(wish, io.idempotencyKey);
              return APPLIED;
            }),
          observe: () =>
            bench.effect('target.observe', () => {
              if (fate === 'healthy') return { is: 'healthy' };
              if (fate === 'failed') return { is: 'failed', why: { code: 'rollout-failed' }, evidence: '' };
              return { is: 'progressing', lookAgainIn: LOOK_AGAIN };
            }),
        };
  const ports: DeployPorts = { ...bench.ports.deploy, target: async () => ({ ok: true, value: bound }) };

  const collect = (from: number): void => {
    for (const { seconds } of bench.sent.slice(from)) queue.push(bench.now() + seconds * 1_000);
    const { dueAt } = bench.state();
    if (dueAt !== undefined && dueAt > bench.now() + DELAY_MS) queue.push(dueAt);
  };
  const takeMessage = (): void => {
    queue = queue.sort((a, b) => a - b).slice(1);
  };

  const pushed = async (push: Push): Promise<void> => {
    const from = bench.sent.length;
    await match(message(push), bench.ports.match);
    collect(from);
  };
  const openOf = ({ id, repository, image, order, received, by, back }: Open): OpenCall => ({
    callId: id,
    order,
    repository,
    tag: image.tag,
    ...(image.digest === undefined ? {} : { digest: image.digest }),
    receivedAt: received,
    hosts: [HOST],
    ...(by === 'redelivery' ? { redelivery: true } : {}),
    ...(by === 'person' ? { manual: true } : {}),
    ...(back === true ? { back } : {}),
    ...(by === 'person' && repository === EVERYTHING ? { restart: true } : {}),
  });
  const tellState = (
    call: Open,
    fact: { readonly hold?: boolean },
    more: { readonly action?: 'deploy' | 'rollback' | 'redeploy'; readonly redeliveryOf?: string },
  ): Open => {
    const open = openOf(call);
    const { callId: id, order, repository, tag, digest, receivedAt } = open;
    const trigger = id.slice(id.indexOf('.') + 1);
    const image = { repository, tag, ...(digest === undefined ? {} : { digest }) };
    bench.memory.calls.put({ ...image, id, trigger, application: 'web', hook: 'hub', order, status: 'queued', receivedAt, decidedAt: receivedAt, ...more });
    const { desired } = bench.state().runs[repository] ?? {};
    const from =
      desired === undefined || call.by !== 'person' ? {} : { from: { tag: desired.tag, ...(desired.digest === undefined ? {} : { digest: desired.digest }) } };
    bench.memory.states.wish('web', { call: { ...open, ...from }, ...(fact.hold === true ? { hold: { at: bench.now(), callId: id } } : {}) }, bench.now());
    queue.push(bench.now());
    return call;
  };

  return {
    bench,
    told,
    now: () => bench.now(),
    setFate: (next: Fate): void => {
      fate = next;
    },
    setDown: (next: boolean): void => {
      down = next;
    },
    /** The next message; undefined when there is none. */
    next: (): number | undefined => (queue.length === 0 ? undefined : Math.min(...queue)),
    /** All messages are lost. */
    lose: (): void => {
      queue = [];
    },
    /** `late`: it was pushed so long ago. */
    push: async (repository: string, image: Image, late: number): Promise<{ readonly push: Push; readonly calls: readonly Open[] }> => {
      const now = bench.now();
      const id = nextUlid();
      const push: Push = { id, hook: 'hub', repository, ...image, receivedAt: now, eventId: id, ...(late === 0 ? {} : { pushedAt: now - late }) };
      await pushed(push);
      const call = { repository, image, order: orderOf(push), received: now, by: 'push' as const };
      return { push, calls: triggers(repository).map((trigger) => ({ ...call, id: callId(id, trigger) })) };
    },
    /** The same message once more. */
    again: pushed,
    /** The same event by a delivery of its own. */
    repeat: (push: Push): Promise<void> => pushed({ ...push, id: nextUlid(), receivedAt: bench.now() }),
    redeliver: (id: string): Open | undefined => {
      const call = bench.memory.calls.get(id, bench.now());
      if (call === undefined || call.repository === EVERYTHING) return undefined;
      const { repository, tag, digest, order, trigger } = call;
      const image = { tag, ...(digest === undefined ? {} : { digest }) };
      const open: Open = { id: callId(nextUlid(), trigger), repository, image, order, received: bench.now(), by: 'redelivery' };
      return tellState(open, {}, { redeliveryOf: id });
    },
    wish: (repository: string, image: Image, action: 'deploy' | 'rollback' | 'redeploy'): Open => {
      const now = bench.now();
      const ulid = nextUlid();
      const open: Open = {
        id: callId(ulid, manualTrigger('web')),
        repository,
        image,
        order: manualOrder(now, ulid),
        received: now,
        by: 'person',
        ...(action === 'rollback' ? { back: true } : {}),
      };
      return tellState(open, { hold: action !== 'redeploy' }, { action });
    },
    previous: (repository: string): Image | undefined => {
      const good = wayBack(bench.state().runs[repository] ?? {});
      return good === undefined ? undefined : { tag: good.tag, ...(good.digest === undefined ? {} : { digest: good.digest }) };
    },
    /** Hold, release, reject: one update, then the message. */
    fact: (change: { readonly hold?: 'hold' | 'release'; readonly reject?: string; readonly unreject?: string }): void => {
      const at = bench.now();
      if (change.reject !== undefined) bench.memory.rejects.add('web', { digest: change.reject, at });
      if (change.unreject !== undefined) bench.memory.rejects.remove('web', change.unreject);
      // As the API does: a hold that came with a wish goes on saying what it holds.
      const holds = change.hold === 'hold' && bench.state().hold === undefined;
      bench.memory.states.wish('web', holds ? { hold: { at } } : change.hold === 'release' ? { hold: 'release' } : {}, at);
      queue.push(at);
    },
    /** Delivers one message, at its time or now if that is later. */
    deliver: async (): Promise<void> => {
      const at = Math.min(...queue);
      bench.at(Math.max(bench.now(), at));
      takeMessage();
      const from = bench.sent.length;
      await reconcile('web', { count: 1, last: false }, ports);
      collect(from);
    },
    /** The worker of the next message, or of a spare one, dies around its nth effect; how far it came. */
    die: async (nth: number, side: 'before' | 'after'): Promise<Died | 'done'> => {
      if (queue.some((at) => at <= bench.now())) takeMessage();
      const from = bench.sent.length;
      const start = bench.effects.length;
      bench.cutAt(nth, side);
      const ended = await bench.until(reconcile('web', { count: 1, last: false }, ports));
      bench.revive();
      collect(from);
      if (ended === 'done') return 'done';
      queue.push(bench.now() + VISIBILITY_MS);
      const names = bench.effects.slice(start);
      return reachedBy(side === 'before' ? names.slice(0, -1) : names);
    },
  };
};

const BUSY = { is: 'unavailable', why: { code: 'unavailable' }, answered: true } as const;

const isThere = (runs: Image | undefined, image: Image): boolean =>
  runs !== undefined && (image.digest === undefined && runs.digest === undefined ? runs.tag === image.tag : runs.digest === image.digest);

export type Real = ReturnType<typeof makeReal>;
