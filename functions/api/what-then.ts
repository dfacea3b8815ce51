/** What would become of a push that fires: what `goal` says of it on a copy of the application's state as it is now. Nothing is written. */
import type { ApplicationState, OpenCall } from '../core/application.ts';
import { callId } from '../core/call.ts';
import type { TriggerDefinition } from '../core/definitions.ts';
import { foresee } from '../core/foresee.ts';
import { orderOf } from '../core/order.ts';
import { fateView, type Pushed } from './fate-view.ts';
import type { ApiPorts } from './ports.ts';
import { type Lang, wordsOf } from './words.ts';

/** By the name of the trigger. Those that hear one hook hear one push; through another hook it is a push of its own. */
export const whatThen = async (fired: readonly TriggerDefinition[], pushed: Pushed, lang: Lang, ports: ApiPorts) => {
  const pushes = Map.groupBy(fired, ({ application, hook }) => `${application} ${hook}`);
  const told = await Promise.all([...pushes].map(([, triggers]) => ofOnePush(triggers, pushed, lang, ports)));
  return new Map(told.flat());
};

const ofOnePush = async (triggers: readonly TriggerDefinition[], pushed: Pushed, lang: Lang, ports: ApiPorts) => {
  const name = triggers[0]?.application ?? '';
  const [{ definition, facts: stored }, found] = await Promise.all([ports.application(name), ports.states.get(name)]);
  if (definition === undefined) {
    const gone = { would: 'fail', ...wordsOf('application-deleted', lang), detail: `no application is named "${name}"` } as const;
    return triggers.map((trigger) => [trigger.name, gone] as const);
  }
  const state: ApplicationState = found ?? { application: name, rev: 0, fence: 0, open: {}, runs: {} };
  const facts = definition.policy.neverDown === true ? { ...stored, lower: (await import('../core/lower.ts')).lower } : stored;
  const now = ports.now();
  const push = ports.newUlid(now);
  const calls = triggers.map(
    (trigger): OpenCall => ({
      callId: callId(push, trigger.name),
      order: orderOf({ id: push, receivedAt: now }),
      ...pushed,
      receivedAt: now,
      // Nobody asks for them before the image is sent.
      hosts: [],
    }),
  );
  const fates = foresee(definition, state, facts, calls, now);
  return triggers.map(
    (trigger) => [trigger.name, fateView(fates.get(callId(push, trigger.name)), { policy: definition.policy, state, facts, pushed, push, now, lang })] as const,
  );
};
