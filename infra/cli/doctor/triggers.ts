/** Of triggers: whether what they name is there, and enabled; and what the API warns of, which knows what their hooks may speak for. */
import { ECR_HOOK } from '../../../functions/core/ecr-hook.ts';
import { type Fields, textOf, texts } from '../../../functions/core/fields.ts';
import { hostOf, pathOf } from '../../../functions/core/image.ts';
import type { Session } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import { type Check, command, type Finding, ofEach } from './finding.ts';

export const checkTriggers: Check = ({ session, triggers, hooks, applications }) =>
  ofEach(triggers, async (trigger) => {
    const named = (all: typeof hooks, name: unknown) => all.find((one) => one.name === name);
    const [hook, target] = [named(hooks, trigger.hook), named(applications, trigger.application)];
    const absent = absentOf(trigger, hook, target);
    // One that is off, or whose hook is, hears nothing on purpose; of the hook its own check says so.
    return absent.length > 0 || trigger.enabled !== true || hook?.enabled !== true ? absent : warningsOf(trigger, hook, session);
  });

const aboutIt = ({ name }: Fields): string => `trigger ${textOf(name)}`;

const absentOf = (trigger: Fields, hook: Fields | undefined, target: Fields | undefined): readonly Finding[] => {
  const [name, heard, application] = [textOf(trigger.name), textOf(trigger.hook), textOf(trigger.application)];
  const about = aboutIt(trigger);
  return [
    ...(hook === undefined ? [{ about, what: `it hears the hook ${heard}, which does not exist`, cure: command(`trigger update ${name} --hook NAME`) }] : []),
    ...(target === undefined
      ? [
          {
            about,
            what: `its application ${application} does not exist: its calls fail`,
            cure: `${command(`application create ${application} --help`)}, or  ${command(`trigger delete ${name}`)}`,
          },
        ]
      : []),
    ...(target !== undefined && target.enabled !== true && trigger.enabled === true
      ? [{ about, what: `its application ${application} is disabled`, cure: command(`application enable ${application}`) }]
      : []),
  ];
};

const warningsOf = async (trigger: Fields, hook: Fields, session: Session): Promise<readonly Finding[]> => {
  const { warnings } = await session.ask({ method: 'GET', path: `/v1/triggers/${encodeURIComponent(textOf(trigger.name))}` });
  return texts(warnings).map((what) => ({ about: aboutIt(trigger), what: `no push comes to it: ${what}`, cure: cureOf(trigger, hook) }));
};

/** A list of repositories is changed as a whole. */
const cureOf = ({ repository }: Fields, hook: Fields): string => {
  const name = textOf(hook.name);
  if (name === ECR_HOOK.name) return 'README, "Amazon ECR: nothing to paste"';
  const only = texts(hook.repositories);
  const text = textOf(repository);
  const path = hostOf(text) === hook.registryHost ? pathOf(text) : text;
  return command(`hook update ${name} ${only.length === 0 ? '--help' : [...only, path].map((each) => `--only ${shellWord(each)}`).join(' ')}`);
};
