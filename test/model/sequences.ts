/** Random sequences of what may happen, done to the model and to the real steps. */
import fc from 'fast-check';
import { anySetup, comeToRest, type Model, someCommands } from './commands.ts';
import { makeReal } from './real.ts';
import { makeRules } from './rules.ts';

export interface Result {
  readonly sequences: number;
  readonly seed: number;
  /** How often each end of a call came. */
  readonly ends: Readonly<Record<string, number>>;
  /** The smallest sequence after which the two differ, and how; absent when none does. */
  readonly difference?: string;
}

export const runSequences = async (sequences: number, seed: number): Promise<Result> => {
  const ends: Record<string, number> = {};
  if (sequences === 0) return { sequences, seed, ends };
  const property = fc.asyncProperty(anySetup, someCommands, async (setup, commands) => {
    const real = makeReal(setup);
    const model: Model = { setup, rules: makeRules(setup), pushes: [], dead: 0 };
    await fc.asyncModelRun(() => ({ model, real }), commands);
    await comeToRest(model, real);
    for (const { status, reason = '' } of model.rules.facts.calls.values()) ends[`${status} ${reason}`] = (ends[`${status} ${reason}`] ?? 0) + 1;
  });
  const found = await fc.check(property, { numRuns: sequences, seed });
  if (!found.failed) return { sequences: found.numRuns, seed, ends };
  const [setup, commands] = found.counterexample ?? [];
  const error = found.errorInstance instanceof Error ? found.errorInstance.message : String(found.errorInstance);
  return { sequences: found.numRuns, seed, ends, difference: `${JSON.stringify(setup)}\n${String(commands)}\n${error}\nafter ${found.numShrinks} shrinks` };
};
