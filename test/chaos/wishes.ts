/**
 * People with wishes: deploy an image, roll back, hold, release, reject, redeploy, each by a client that may die half-way.
 * As the API does it: the call, then one update of the state with the hold, then the message.
 */
import { type OpenCall, WHOLE } from '../../functions/core/application.ts';
import { type Call, callId, manualTrigger } from '../../functions/core/call.ts';
import { wayBack } from '../../functions/core/history.ts';
import { manualOrder } from '../../functions/core/order.ts';
import type { Invocation } from './faults.ts';
import type { PeopleOptions } from './people.ts';
import { HOST, isHandled } from './topology.ts';

export const WISHES = ['deploy', 'rollback', 'redeploy', 'hold', 'release', 'reject'] as const;
export type WishName = (typeof WISHES)[number];

export interface Wishes {
  readonly counts: Record<WishName | 'wishesDiedBeforeSend', number>;
}

type Image = Pick<Call, 'repository' | 'tag' | 'digest'>;

/** `orphans`: calls that the state was never told of. */
export const startWishes = (options: PeopleOptions, orphans: Set<string>): Wishes => {
  const { clock, random, memory, faults, note } = options;
  const counts = { deploy: 0, rollback: 0, redeploy: 0, hold: 0, release: 0, reject: 0, wishesDiedBeforeSend: 0 };

  const invoke = (application: string, run: (invocation: Invocation, now: number) => Promise<void>): void =>
    options.invoke(
      'api',
      async (invocation) => {
        invocation.about.add(application);
        await run(invocation, faults.time(invocation));
        if (options.troubled() && random.chance(0.25)) {
          counts.wishesDiedBeforeSend += 1;
          note(invocation, 'the client died before it sent');
          return;
        }
        await faults.call(invocation, 'send wish', () => options.send(application));
      },
      () => undefined,
    );

  const wish = (application: string, image: Image, action: 'deploy' | 'rollback' | 'redeploy'): void => {
    counts[action] += 1;
    invoke(application, async (invocation, now) => {
      const ulid = options.newUlid(now);
      const id = callId(ulid, manualTrigger(application));
      const state = memory.states.get(application);
      const { desired } = state?.runs[image.repository] ?? {};
      const places = [
        desired?.order ?? '',
        ...Object.values(state?.open ?? {}).flatMap(({ order, repository }) => (repository === image.repository ? [order] : [])),
      ];
      // A wish stands above whatever is known, however the clocks of two machines differ.
      const latest = Number(places.sort().at(-1)?.slice(0, 13) ?? 0);
      const order = manualOrder(Math.max(now, latest + 1), ulid);
      orphans.add(id);
      const call = {
        ...image,
        id,
        trigger: manualTrigger(application),
        application,
        hook: '',
        order,
        action,
        status: 'queued' as const,
        receivedAt: now,
        decidedAt: now,
      };
      await faults.call(invocation, 'put wish', () => memory.calls.put(call));
      const open: OpenCall = {
        ...image,
        callId: id,
        order,
        receivedAt: now,
        hosts: [HOST],
        manual: true,
        ...(image.repository === WHOLE ? { restart: true } : {}),
        ...(action === 'rollback' ? { back: true } : {}),
        ...(desired === undefined || image.repository === WHOLE
          ? {}
          : { from: { tag: desired.tag, ...(desired.digest === undefined ? {} : { digest: desired.digest }) } }),
      };
      await faults.call(invocation, 'tell wish', () => {
        note(invocation, `${action} ${image.tag} as ${id}`);
        const fact = image.repository === WHOLE ? { call: open } : { call: open, hold: { at: now, callId: id } };
        if (memory.states.wish(application, fact, now) === 'noted') orphans.delete(id);
      });
    });
  };

  const fact = (application: string, name: 'hold' | 'release' | 'reject', digest?: string): void => {
    counts[name] += 1;
    invoke(application, async (invocation, now) => {
      if (digest !== undefined)
        await faults.call(invocation, 'reject by hand', () => {
          note(invocation, `reject ${digest}`);
          memory.rejects.add(application, { digest, at: now });
        });
      await faults.call(invocation, name, () => {
        note(invocation, `${name} ${application}`);
        const before = memory.states.get(application)?.hold;
        const hold = name === 'release' ? ('release' as const) : name === 'hold' && before === undefined ? { at: now } : undefined;
        memory.states.wish(application, hold === undefined ? {} : { hold }, now);
      });
    });
  };

  const previous = (application: string, repository: string): Image | undefined => {
    const good = wayBack(memory.states.get(application)?.runs[repository] ?? {});
    return good === undefined ? undefined : { repository, tag: good.tag, ...(good.digest === undefined ? {} : { digest: good.digest }) };
  };

  const act = (): void => {
    const names = [...memory.applications.keys()].filter(isHandled);
    if (names.length === 0) return;
    const application = random.pick(names);
    const calls = memory.all.calls().filter((call) => call.application === application && call.repository !== WHOLE && call.status !== 'untriggered');
    if (calls.length === 0) return;
    const { repository, tag, digest } = random.pick(random.chance(0.7) ? calls.slice(-6) : calls);
    const image = { repository, tag, ...(digest === undefined ? {} : { digest }) };
    const held = memory.states.get(application)?.hold !== undefined;
    const back = previous(application, repository);
    const roll = random.next();
    // What is held is mostly released some time, or nothing would be pushed there any more.
    if (held && roll < 0.5) fact(application, 'release');
    else if (roll < 0.62) wish(application, image, 'deploy');
    else if (roll < 0.74 && back !== undefined) wish(application, back, 'rollback');
    else if (roll < 0.82) fact(application, 'hold');
    else if (roll < 0.9 && digest !== undefined) fact(application, 'reject', digest);
    else wish(application, { repository: WHOLE, tag: '' }, 'redeploy');
  };
  const next = (): void => {
    if (!options.busy()) return;
    clock.after(random.between(2_000, 30_000), next);
    act();
  };
  if (options.troubled()) clock.after(60_000, next);
  return { counts };
};
