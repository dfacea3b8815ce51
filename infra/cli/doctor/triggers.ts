/** Of triggers: whether what they name is there, and enabled. */
import { textOf } from '../../../functions/core/fields.ts';
import { type Check, command } from './finding.ts';

export const checkTriggers: Check = async ({ triggers, hooks, applications }) => {
  const named = (all: typeof hooks, name: unknown) => all.find((one) => one.name === name);
  return triggers.flatMap(({ name, hook, application, enabled }) => {
    const about = `trigger ${textOf(name)}`;
    const target = named(applications, application);
    return [
      ...(named(hooks, hook) === undefined
        ? [{ about, what: `it hears the hook ${textOf(hook)}, which does not exist`, cure: command(`trigger update ${textOf(name)} --hook NAME`) }]
        : []),
      ...(target === undefined
        ? [
            {
              about,
              what: `its application ${textOf(application)} does not exist: its calls fail`,
              cure: `${command(`application create ${textOf(application)} --help`)}, or  ${command(`trigger delete ${textOf(name)}`)}`,
            },
          ]
        : []),
      ...(target !== undefined && target.enabled !== true && enabled === true
        ? [{ about, what: `its application ${textOf(application)} is disabled`, cure: command(`application enable ${textOf(application)}`) }]
        : []),
    ];
  });
};
