/** Bugs that other designs have, each as a change of the ports that the real code is given. The checker has to see every one. */
import type { ApplicationState, Run } from '../../functions/core/application.ts';
import type { DeployPorts } from '../../functions/deploy/ports.ts';
import type { TargetIo, WantedImage, Wish } from '../../functions/targets/target.ts';
import type { Planted } from './ports.ts';

const FOR_EVER = Number.MAX_SAFE_INTEGER;
const SHORT_MS = 3_000;
const ONE = 'registry.example.com/one';

/** The repository is put aside where only the target looks for it. */
const realImage = ({ image, hosts: [first = '', ...hosts] }: WantedImage): WantedImage => ({ image: { ...image, repository: first }, hosts });
const real = (wanted: WantedImage): WantedImage => (wanted.image.repository === ONE ? realImage(wanted) : wanted);
const realWish = (wish: Wish): Wish => ('set' in wish ? { set: wish.set.map(real) } : wish);

const LONG_AGO = '0000000000000#wish';

/** What `deploy` is told of the state. */
const changeState = (ports: DeployPorts, change: (state: ApplicationState) => ApplicationState): DeployPorts => ({
  ...ports,
  states: {
    ...ports.states,
    look: async (application, now) => {
      const looked = await ports.states.look(application, now);
      return looked.is === 'free' ? { is: 'free', state: change(looked.state) } : looked;
    },
    lease: async (application, now, until) => {
      const leased = await ports.states.lease(application, now, until);
      return leased.is === 'leased' ? { is: 'leased', state: change(leased.state) } : leased;
    },
  },
});

/** A look finds the state as it was before a person held it: no copy of a table lags behind for longer. */
const lagging = (ports: DeployPorts): DeployPorts => ({
  ...ports,
  states: {
    ...ports.states,
    look: async (application, now) => {
      const looked = await ports.states.look(application, now);
      if (looked.is !== 'free' || looked.state.hold === undefined) return looked;
      const { hold: _, ...before } = looked.state;
      return { is: 'free', state: { ...before, rev: before.rev - 1 } };
    },
  },
});

/** No bugs: what the code is to bear. */
export const BORNE = { 'a look that lags behind': { deploy: lagging } } as const satisfies Readonly<Record<string, Planted>>;

/** Knows neither that it is a roll back, nor that there is nothing else to go back to. */
const forgetful = (run: Run): Run => {
  const { desired, done } = run;
  if (desired?.automatic !== true || done?.status !== 'failed') return run;
  const { automatic: _, ...rest } = desired;
  return { ...run, desired: rest, good: [{ callId: desired.callId, tag: desired.from?.tag ?? 'initial', at: 0 }] };
};

export const PLANTED = {
  'acknowledge before enqueue': {
    ingest: (ports) => ({
      ...ports,
      send: async (message) => {
        ports.send(message).catch(() => undefined);
      },
    }),
  },
  'no lease': {
    deploy: (ports) => ({
      ...ports,
      states: {
        ...ports.states,
        look: (application) => ports.states.look(application, FOR_EVER),
        lease: (application, _now, until) => ports.states.lease(application, FOR_EVER, until),
      },
    }),
  },
  'lease too short': {
    deploy: (ports) => ({
      ...ports,
      states: {
        ...ports.states,
        lease: (application, now) => ports.states.lease(application, now, now + SHORT_MS),
        write: (application, fence, { lease, ...change }) =>
          ports.states.write(application, fence, { ...change, ...(lease === undefined ? {} : { lease: { ...lease, until: ports.now() + SHORT_MS } }) }),
      },
    }),
  },
  'no read before write': {
    deploy: (ports) => ({
      ...ports,
      target: async (definition) => {
        const target = await ports.target(definition);
        if (!target.ok || target.value.sight === 'blind') return target;
        const { read, ...rest } = target.value;
        return {
          ok: true,
          value: {
            ...rest,
            read: async (images, io) => {
              const seen = await read(images, io);
              return seen.is === 'seen' ? { ...seen, running: false } : seen;
            },
          },
        };
      },
    }),
  },
  'a lost condition ends the step': {
    match: (ports) => {
      let ended = false;
      return {
        ...ports,
        calls: {
          ...ports.calls,
          put: async (call) => {
            const put = await ports.calls.put(call);
            if (put === 'exists') ended = true;
            return put;
          },
        },
        states: { open: async (application, call) => (ended ? 'opened' : ports.states.open(application, call)) },
        send: async (applications) => (ended ? undefined : ports.send(applications)),
      };
    },
  },
  'the lease taken whatever changed since the look': {
    deploy: (ports) => {
      const { states, ...rest } = lagging(ports);
      return {
        ...rest,
        states: {
          ...states,
          write: async (application, fence, change) => {
            const present = change.lease === undefined ? undefined : await ports.states.look(application, FOR_EVER);
            if (change.lease === undefined || present?.is !== 'free') return states.write(application, fence, change);
            return states.write(application, present.state.fence + 1, { ...change, lease: { ...change.lease, rev: present.state.rev } });
          },
        },
      };
    },
  },
  'acknowledged silently when the lease is taken': {
    deploy: (ports) => {
      let taken = false;
      return {
        ...ports,
        states: {
          ...ports.states,
          look: async (application, now) => {
            const looked = await ports.states.look(application, now);
            taken = looked.is === 'taken';
            return looked;
          },
          lease: async (application, now, until) => {
            const leased = await ports.states.lease(application, now, until);
            taken = leased.is === 'taken';
            return leased;
          },
          wake: async () => true,
        },
        send: async (application, seconds) => (taken ? undefined : ports.send(application, seconds)),
      };
    },
  },
  'one wanted image per application': {
    match: (ports) => ({
      ...ports,
      states: { open: (application, call) => ports.states.open(application, { ...call, repository: ONE, hosts: [call.repository, ...call.hosts] }) },
    }),
    deploy: (ports) => ({
      ...ports,
      target: async (definition) => {
        const target = await ports.target(definition);
        if (!target.ok) return target;
        const { value } = target;
        return value.sight === 'blind'
          ? { ok: true, value: { ...value, apply: (wish: Wish, io: TargetIo) => value.apply(realWish(wish), io) } }
          : {
              ok: true,
              value: { ...value, read: (wish, io) => value.read(realWish(wish), io), apply: (wish, seen, io) => value.apply(realWish(wish), seen, io) },
            };
      },
    }),
  },
  'no tick': { tick: false },
  'hold ignored': { deploy: (ports) => changeState(ports, ({ hold: _, ...state }) => state) },
  // As a wish would be that is ordered like what it goes back to.
  'roll back without its place in the order': {
    deploy: (ports) =>
      changeState(ports, (state) => ({
        ...state,
        open: Object.fromEntries(Object.entries(state.open).map(([id, call]) => [id, call.manual === true ? { ...call, order: LONG_AGO } : call])),
      })),
  },
  'reject not checked': {
    deploy: (ports) => ({
      ...ports,
      application: async (name) => {
        const { facts, ...found } = await ports.application(name);
        return { ...found, facts: { ...facts, rejects: new Set() } };
      },
    }),
  },
  'automatic roll back repeated': {
    frail: 0.5,
    deploy: (ports) =>
      changeState(ports, (state) => ({
        ...state,
        runs: Object.fromEntries(Object.entries(state.runs).map(([repository, run]) => [repository, forgetful(run)])),
      })),
  },
  'automatic roll back without a reject': { deploy: (ports) => ({ ...ports, reject: async () => undefined }) },
  'a wish is opened and nobody is told': {
    deploy: (ports) =>
      changeState(ports, (state) => ({ ...state, open: Object.fromEntries(Object.entries(state.open).filter(([, call]) => call.manual !== true)) })),
  },
  'versions go down': { deploy: (ports) => ({ ...ports, lower: async () => () => 'no' }) },
} as const satisfies Record<string, Planted>;
