/** What the steps rely on: asked of the memory of their tests, and of the real store over every implementation of tables. */
import { beforeAll, describe, expect } from 'vitest';
import type { ApplicationState, OpenCall } from '../../functions/core/application.ts';
import { deliveryRecord } from '../../functions/core/delivery-record.ts';
import { type Deviations, testsBut } from '../conformance/deviations.ts';
import { application, exchange, hook, NOW, push, REPOSITORY, trigger } from '../stages/given.ts';
import type { Store } from './conformance.ts';
import { call, open, run } from './conformance-items.ts';

let runs = 0;
const prefix = (): string => {
  runs += 1;
  return `r${runs}-`;
};

export const storeContract = (name: string, start: () => Promise<() => Store>, deviations: Deviations = {}): void => {
  describe(`tables of ${name}`, () => {
    const test = testsBut(deviations);
    let make: () => Store;
    beforeAll(async () => {
      make = await start();
    });
    let store: Store;
    let own: string;
    const ready = async (): Promise<void> => {
      store = make();
      own = prefix();
      await store.states.create(`${own}web`, NOW);
    };

    test('an opened call is there once however often it is opened, and `rev` tells each time', async () => {
      await ready();
      for (let i = 0; i < 3; i += 1) expect(await store.states.open(`${own}web`, open(1))).toBe('opened');
      expect(await store.states.get(`${own}web`)).toMatchObject({ rev: NOW + 3, open: { [open(1).callId]: open(1) } });
      expect(await store.states.open(`${own}none`, open(1))).toBe('absent');
    });

    test('of the deliveries of a hook the newest are listed, each as it was noted last, for seven days', async () => {
      await ready();
      const record = (n: number, at = NOW) =>
        deliveryRecord({ id: `01JZ${String(n).padStart(22, '0')}`, hook: `${own}hub`, at, verdict: 'ignored', why: `no. ${n}`, references: [`a/b:${n}`] });
      for (const n of [2, 1, 3]) await store.deliveries.note(record(n));
      const full = deliveryRecord({ ...record(3), verdict: 'fired', status: 202, calls: ['01JZ0000000000000000000003.web'], source: 'test' });
      await store.deliveries.note(full);
      await store.deliveries.note({ ...record(9), hook: `${own}other` });
      expect(await store.deliveries.list(`${own}hub`, 2, NOW)).toEqual([full, record(2)]);
      // A queue that took what it did not confirm, and a late note of a try that failed.
      for (const verdict of ['not-taken', 'unfinished'] as const) {
        await store.deliveries.note({ ...record(3), verdict });
        await store.deliveries.note({ ...record(4), hook: `${own}open`, verdict });
      }
      expect(await store.deliveries.list(`${own}hub`, 1, NOW)).toEqual([full]);
      expect(await store.deliveries.list(`${own}open`, 1, NOW)).toMatchObject([{ verdict: 'not-taken' }]);
      await store.deliveries.note({ ...record(4), hook: `${own}open` });
      expect(await store.deliveries.list(`${own}open`, 1, NOW)).toMatchObject([{ verdict: 'ignored' }]);
      const week = 7 * 86_400_000;
      expect(await store.deliveries.list(`${own}hub`, 20, NOW + week - 1_000)).toHaveLength(3);
      expect(await store.deliveries.list(`${own}hub`, 20, NOW + week)).toEqual([]);
    });

    test('one has the lease; the next one gets it when it is over, with another fence; who lost it writes nothing', async () => {
      await ready();
      const first = await store.states.lease(`${own}web`, NOW, NOW + 75_000);
      expect(first).toMatchObject({ is: 'leased', state: { fence: NOW + 1, leaseUntil: NOW + 75_000 } });
      expect(await store.states.lease(`${own}web`, NOW + 74_999, NOW + 200_000)).toEqual({ is: 'taken', until: NOW + 75_000 });
      expect(await store.states.lease(`${own}web`, NOW + 75_000, NOW + 150_000)).toMatchObject({ is: 'leased', state: { fence: NOW + 2 } });
      expect(await store.states.write(`${own}web`, NOW + 1, { bump: 1, release: {} })).toBe('lost');
      expect(await store.states.get(`${own}web`)).toMatchObject({ rev: NOW, leaseUntil: NOW + 150_000 });
      expect(await store.states.write(`${own}web`, NOW + 2, { bump: 1, release: { dueAt: NOW + 9 } })).toEqual({ rev: NOW + 1 });
      expect(await store.states.lease(`${own}none`, NOW, NOW + 1)).toEqual({ is: 'absent' });
    });

    test('the first write may take the lease: not if somebody has it or had it since, nor when a fact changed', async () => {
      await ready();
      const looked = async () => {
        const found = await store.states.look(`${own}web`, NOW);
        if (found.is !== 'free') throw new Error(`the state is ${found.is}`);
        return found.state;
      };
      const take = ({ fence, rev }: ApplicationState, bump = 0) => store.states.write(`${own}web`, fence + 1, { lease: { until: NOW + 75_000, rev }, bump });
      const first = await looked();
      await store.states.open(`${own}web`, open(1));
      expect(await take(first)).toBe('lost');
      const second = await looked();
      expect(await take(second, 1)).toEqual({ rev: second.rev + 1 });
      expect(await store.states.look(`${own}web`, NOW)).toEqual({ is: 'taken', until: NOW + 75_000 });
      expect(await store.states.get(`${own}web`)).toMatchObject({ fence: second.fence + 1, leaseUntil: NOW + 75_000 });
      expect(await take({ ...second, fence: second.fence + 1, rev: second.rev + 1 })).toBe('lost');
      await store.states.write(`${own}web`, second.fence + 1, { release: {} });
      expect(await take(second, 1)).toBe('lost');
      expect(await store.states.look(`${own}none`, NOW)).toEqual({ is: 'absent' });
    });

    test('a call that is wanted is read back as it was, with what is noted of it since, until it is closed', async () => {
      await ready();
      const call: OpenCall = { ...open(1), redelivery: true, access: 'ecr' };
      await store.states.open(`${own}web`, call);
      const { fence } = (await store.states.get(`${own}web`)) ?? { fence: 0 };
      const { redelivery: _, ...said } = call;
      await store.states.write(`${own}web`, fence, { runs: { [REPOSITORY]: { desired: { ...said, rev: 1, since: NOW } } }, promoted: [call] });
      const entry = async () => (await store.states.get(`${own}web`))?.open[call.callId];
      expect(await entry()).toEqual(call);
      // The message came twice: what is there stays.
      await store.states.open(`${own}web`, call);
      const held = { reason: 'retry' as const, until: NOW + 9 };
      await store.states.write(`${own}web`, fence, { held: { [call.callId]: held } });
      expect(await entry()).toEqual({ ...call, held });
      await store.states.write(`${own}web`, fence, { close: [call.callId] });
      expect(await entry()).toBeUndefined();
    });

    test('waking tells the holder of the lease and the tick, and nobody when there is none', async () => {
      await ready();
      expect(await store.states.wake(`${own}web`, NOW)).toBe(false);
      await store.states.lease(`${own}web`, NOW, NOW + 75_000);
      expect(await store.states.wake(`${own}web`, NOW + 1)).toBe(true);
      expect(await store.states.get(`${own}web`)).toMatchObject({ rev: NOW + 1, dueAt: NOW + 1 });
      expect(await store.states.due(NOW + 1, 1_000)).toContain(`${own}web`);
    });

    test('due: what is released without a time is not, the earliest come first', async () => {
      await ready();
      for (const [i, name] of ['a', 'b', 'c'].entries()) {
        await store.states.create(own + name, NOW);
        await store.states.open(own + name, open(1), { dueAt: NOW - 10 * (i + 1) });
      }
      const mine = async () => (await store.states.due(NOW, 1_000)).filter((name) => name.startsWith(own));
      expect(await mine()).toEqual(['c', 'b', 'a'].map((name) => own + name));
      await store.states.lease(`${own}b`, NOW, NOW + 1);
      await store.states.write(`${own}b`, NOW + 1, { release: {} });
      expect(await mine()).toEqual(['c', 'a'].map((name) => own + name));
    });

    test('a wish is one update: call, hold and due at once; a release takes the hold away and nothing else; a refresh says when', async () => {
      await ready();
      const wish = { ...open(1), manual: true };
      const hold = { at: NOW, by: 'ann', callId: wish.callId };
      for (let i = 0; i < 2; i += 1) expect(await store.states.wish(`${own}web`, { call: wish, hold }, NOW + i)).toBe('noted');
      expect(await store.states.get(`${own}web`)).toMatchObject({ rev: NOW + 2, open: { [wish.callId]: wish }, hold, dueAt: NOW + 1 });
      expect(await store.states.due(NOW + 1, 1_000)).toContain(`${own}web`);
      await store.states.wish(`${own}web`, { hold: 'release', refresh: true, deleted: true }, NOW + 5);
      const released = await store.states.get(`${own}web`);
      expect(released).toMatchObject({ rev: NOW + 3, open: { [wish.callId]: wish }, refresh: NOW + 5, deleted: true, dueAt: NOW + 5 });
      expect(released?.hold).toBeUndefined();
      expect(await store.states.wish(`${own}none`, { hold }, NOW)).toBe('absent');
      expect(await store.states.get(`${own}none`)).toBeUndefined();
    });

    test('a hold alone is set where there is none; one that comes with a wish takes the place of any', async () => {
      await ready();
      const held = async () => (await store.states.get(`${own}web`))?.hold;
      const [first, pin] = [
        { at: NOW, by: 'ann' },
        { at: NOW + 2, callId: open(1).callId },
      ];
      for (const [hold, left] of [
        [first, first],
        [{ at: NOW + 1, by: 'bob' }, first],
        [pin, pin],
        [{ at: NOW + 3, by: 'bob' }, pin],
      ] as const) {
        await store.states.wish(`${own}web`, { hold }, NOW);
        expect(await held()).toEqual(left);
      }
    });

    test('a wish that comes while somebody has the lease is told to them at their release', async () => {
      await ready();
      const leased = await store.states.lease(`${own}web`, NOW, NOW + 75_000);
      if (leased.is !== 'leased') throw new Error('the lease is free');
      await store.states.wish(`${own}web`, { hold: { at: NOW } }, NOW + 1);
      const { fence, rev } = leased.state;
      expect(await store.states.write(`${own}web`, fence, { release: {} })).toEqual({ rev: rev + 1 });
    });

    test('a digest is rejected once, by who said so first, and is a fact until that is taken back', async () => {
      await ready();
      await store.define.application(application({ name: `${own}web` }));
      const digest = push(1).digest ?? '';
      await store.rejects.reject(`${own}web`, { digest, at: NOW, by: 'ann', why: 'leaks' });
      await store.rejects.reject(`${own}web`, { digest, at: NOW + 1, by: 'bob' });
      expect(await store.rejects.list(`${own}web`, 10)).toEqual([{ digest, at: NOW, by: 'ann', why: 'leaks' }]);
      expect((await store.application(`${own}web`)).facts.rejects).toEqual(new Set([digest]));
      expect(await store.rejects.remove(`${own}web`, digest)).toBe(true);
      expect(await store.rejects.remove(`${own}web`, digest)).toBe(false);
    });

    test('a version of a template is written once; the newest is the one with the highest number, also above ten', async () => {
      await ready();
      for (const version of [1, 2, 9, 10, 11]) expect(await store.templates.put(`${own}web`, { version, text: `n: ${version}`, at: NOW })).toBe('put');
      expect(await store.templates.put(`${own}web`, { version: 2, text: 'other', at: NOW + 1 })).toBe('exists');
      expect(await store.templates.get(`${own}web`, 2)).toEqual({ version: 2, text: 'n: 2', at: NOW });
      expect((await store.templates.head(`${own}web`))?.version).toBe(11);
      expect((await store.templates.list(`${own}web`, 2, 10)).map(({ version }) => version)).toEqual([9, 2]);
      expect(await store.templates.head(`${own}none`)).toBeUndefined();
    });

    test('what remains of an application goes with it, state and definition stay, another one keeps its own', async () => {
      await ready();
      await store.define.application(application({ name: `${own}web` }));
      const digest = push(1).digest ?? '';
      for (const name of [`${own}web`, `${own}web-2`]) {
        await store.rejects.reject(name, { digest, at: NOW });
        for (let version = 1; version <= 60; version += 1) await store.templates.put(name, { version, text: 'x', at: NOW });
      }
      let looks = 1;
      while (!(await store.states.removeRemains(`${own}web`))) looks += 1;
      expect(looks).toBeLessThanOrEqual(3);
      expect([await store.rejects.list(`${own}web`, 10), await store.templates.head(`${own}web`)]).toEqual([[], undefined]);
      expect(await store.states.get(`${own}web`)).toBeDefined();
      expect((await store.application(`${own}web`)).definition).toBeDefined();
      expect((await store.templates.head(`${own}web-2`))?.version).toBe(60);
    });

    test('a change closes, holds and forgets; what is closed is not held', async () => {
      await ready();
      for (const n of [1, 2, 3]) await store.states.open(`${own}web`, open(n));
      await store.states.lease(`${own}web`, NOW, NOW + 1);
      const held = { [open(2).callId]: { reason: 'quiet', until: NOW + 5 }, [open(3).callId]: { reason: 'hold' } } as const;
      await store.states.write(`${own}web`, NOW + 1, {
        runs: { [REPOSITORY]: run(1, 5), 'h.example/b': run(2, 6) },
        close: [open(1).callId, open(3).callId],
        held,
      });
      await store.states.write(`${own}web`, NOW + 1, { drop: ['h.example/b'] });
      const state = await store.states.get(`${own}web`);
      expect(state?.open).toEqual({ [open(2).callId]: { ...open(2), held: { reason: 'quiet', until: NOW + 5 } } });
      expect(state?.runs).toEqual({ [REPOSITORY]: run(1, 5) });
    });

    test('a final call never changes, an open one loses what belonged to its former status, an expired one is gone', async () => {
      await ready();
      const { id } = call(1, own);
      await store.calls.put(call(1, own));
      await store.calls.settle(id, { status: 'held', reason: 'retry', until: NOW + 5, detail: 'busy', attempts: 1 });
      await store.calls.settle(id, { status: 'running' });
      expect(await store.calls.get(id, NOW)).toEqual({ ...call(1, own), status: 'running', attempts: 1 });
      expect(await store.calls.settle(id, { status: 'succeeded', reason: 'rolled-out', endedAt: NOW })).toBe(true);
      expect(await store.calls.settle(id, { status: 'failed', reason: 'unavailable', endedAt: NOW + 1 })).toBe(false);
      expect(await store.calls.put(call(1, own, { tag: 'other' }))).toBe('exists');
      expect(await store.calls.get(id, NOW)).toMatchObject({ status: 'succeeded', tag: 'v1', endedAt: NOW });
      expect(await store.calls.get(id, NOW + 31 * 86_400_000)).toBeUndefined();
      expect(await store.calls.settle(call(7, own).id, { status: 'running' })).toBe(false);
    });

    test('at most twenty repeats are kept, each once', async () => {
      await ready();
      const { id } = call(1, own);
      await store.calls.put(call(1, own));
      for (let i = 0; i < 25; i += 1) await store.calls.repeat(id, `d${i}`);
      await store.calls.repeat(id, 'd0');
      expect((await store.calls.get(id, NOW))?.repeats).toHaveLength(20);
      await store.calls.repeat(call(2, own).id, 'd1');
      expect(await store.calls.get(call(2, own).id, NOW)).toBeUndefined();
    });

    test('an attempt is kept with its exchange, and written again is the same one', async () => {
      await ready();
      const record = { n: 1, at: NOW, outcome: 'delivered', idempotencyKey: 'web.2', exchange: exchange(200) };
      for (let i = 0; i < 2; i += 1) await expect(store.calls.attempt(call(1, own).id, record)).resolves.toBeUndefined();
    });

    test('the mark of an event belongs to the push that came first, for a week', async () => {
      await ready();
      const one = push(1, { hook: own, eventId: 'e' });
      const two = push(2, { hook: own, eventId: 'e' });
      expect(await store.claim(one, NOW)).toEqual({ mine: true });
      expect(await store.claim(two, NOW)).toEqual({ mine: false, pushId: one.id });
      expect(await store.claim(one, NOW)).toEqual({ mine: true });
      expect(await store.claim(two, NOW + 8 * 86_400_000)).toEqual({ mine: true });
    });

    test('definitions are found as they were written: a hook, an application, the triggers of a repository and those whose pattern covers it', async () => {
      await ready();
      const host = `${own}host.example`;
      const names = {
        exact: `${host}/team/web`,
        pattern: `${host}/team/*`,
        deeper: `${host}/team/deep/*`,
        other: `${host}/team/web2`,
        elsewhere: `${host}/teams/*`,
      };
      for (const [name, repository] of Object.entries(names)) await store.define.trigger(trigger({ name: own + name, repository }));
      await store.define.hook(hook({ name: `${own}hub` }));
      await store.define.application(application({ name: `${own}web`, policy: { quietSeconds: 5 } }));
      const found = async (repository: string) => (await store.triggersOf(repository)).map(({ name }) => name.slice(own.length)).sort();
      expect(await found(`${host}/team/web`)).toEqual(['exact', 'pattern']);
      expect(await found(`${host}/team/deep/web`)).toEqual(['deeper', 'pattern']);
      expect(await found(`${host}/team`)).toEqual([]);
      expect(await found(`${host}/none/web`)).toEqual([]);
      expect(await store.hook(`${own}hub`)).toEqual(hook({ name: `${own}hub` }));
      expect(await store.hook(`${own}none`)).toBeUndefined();
      expect(await store.application(`${own}web`)).toEqual({
        definition: application({ name: `${own}web`, policy: { quietSeconds: 5 } }),
        facts: { rejects: new Set(), approvals: new Set(), pins: {} },
      });
      expect((await store.application(`${own}none`)).definition).toBeUndefined();
    });
  });
};
