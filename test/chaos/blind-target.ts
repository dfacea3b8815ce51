/** A target that takes POSTs and tells nothing. */
import type { Outcome } from '../../functions/core/outcome.ts';
import { BUSY, changeOf, exchange, makeOutages, NO_ANSWER, newLog, OUTBOUND_MS, retryAfter, type SimulatedTarget, type World } from './targets.ts';

export const makeBlind = (id: string, world: World): SimulatedTarget => {
  const log = newLog(id, 'blind');
  const down = makeOutages(world);
  const { clock, random, faults, note } = world;
  return {
    log,
    bind: (invocation) => ({
      sight: 'blind',
      apply: (wish, io) => {
        const key = io.idempotencyKey;
        if (log.answered.get(key) === false) log.againAfterSilence.add(key);
        log.answered.set(key, false);
        const effect = (): void => {
          const change = changeOf(invocation, key, wish, world.orderOf(key));
          log.changes.push({ at: clock.now(), ...change, rollbacks: 0 });
          note(invocation, `${id} ran ${change.image.tag} for ${key}`);
        };
        const course = (outcome: Outcome, answerAfter: number, effectAfter?: number) =>
          faults.outside<Outcome>(invocation, `POST ${key}`, {
            answerAfter,
            ...(effectAfter === undefined ? {} : { effectAfter }),
            effect,
            answer: () => {
              log.answered.set(key, outcome.is !== 'unavailable' || outcome.answered);
              if (outcome.is === 'delivered') log.accepted.add(key);
              if (outcome.is === 'refused') log.refused.add(key);
              return outcome;
            },
          });
        const took = invocation.slow ? random.between(4_000, 9_900) : random.between(5, random.chance(0.1) ? 6_000 : 80);
        if (down()) return course({ is: 'unavailable', why: BUSY, answered: true, exchange: exchange(503), ...retryAfter(random) }, took);
        const roll = world.troubled() ? random.next() : 1;
        if (roll < 0.02) return course({ is: 'unavailable', why: NO_ANSWER, answered: false, exchange: exchange() }, OUTBOUND_MS);
        if (roll < 0.04) return course({ is: 'unavailable', why: NO_ANSWER, answered: false, exchange: exchange() }, OUTBOUND_MS, random.next() * OUTBOUND_MS);
        if (roll < 0.05) return course({ is: 'unavailable', why: BUSY, answered: true, exchange: exchange(500) }, took, took / 2);
        if (roll < 0.055) return course({ is: 'refused', why: { code: 'target-refused' }, exchange: exchange(422) }, took);
        return course({ is: 'delivered', exchange: exchange(200) }, took, random.next() * took);
      },
    }),
  };
};
