/** `image-triggers doctor`: what is wrong, each with its cure. Exit 0 when nothing is, else 1. */
import type { Command } from 'commander';
import { checkApplications } from './doctor/applications.ts';
import { checkCalls } from './doctor/calls.ts';
import type { Check, Finding, Ground } from './doctor/finding.ts';
import { checkHooks } from './doctor/hooks.ts';
import { checkAlarms, checkDeadLetters, checkVersion } from './doctor/operation.ts';
import { checkTriggers } from './doctor/triggers.ts';
import { examples } from './flags.ts';
import { openInside } from './inside/inside.ts';
import { CliError, ended, type Io } from './io.ts';
import { column } from './output.ts';
import { placeOf } from './place.ts';
import { begin, type Session } from './session.ts';

type Checks = Readonly<Record<string, Check>>;

/** In the order in which they are shown; these need no API. */
const OPERATION = { version: checkVersion, 'dead letters': checkDeadLetters, alarms: checkAlarms } as const satisfies Checks;
const DEFINITIONS = { hooks: checkHooks, triggers: checkTriggers, applications: checkApplications, calls: checkCalls } as const satisfies Checks;

export const addDoctorCommand = (program: Command, io: Io): void => {
  examples(
    program
      .command('doctor')
      .description('say what is wrong, each with its cure; ends with 1 when anything is')
      .option('--deep', 'have each target looked at first: whether its role can be assumed and its secrets can be read'),
    'doctor',
    'doctor --deep --stack ImageTriggers',
    'doctor -o json',
  ).action(async ({ deep }: { readonly deep?: true }, command: Command) => {
    const session = await begin(command, io);
    const inside = await openInside(placeOf(command.optsWithGlobals(), io), io);
    const ground = { session, inside, deep: deep === true, hooks: [], triggers: [], applications: [] };
    const known = await definitionsOf(session);
    const found = [
      ...(await results(OPERATION, ground)),
      ...('silent' in known
        ? [{ about: 'API', what: known.silent, cure: 'image-triggers logs --function api' }]
        : await results(DEFINITIONS, { ...ground, ...known })),
    ];
    if (found.length > 0 || session.reader !== 'people')
      session.showList(
        { items: found.map((finding) => ({ ...finding })) },
        [column('ABOUT', 'about', 'never'), column('WHAT IS WRONG', 'what'), column('CURE', 'cure')],
        'about',
      );
    if (found.length > 0 || 'silent' in known) throw ended(1);
    const { hooks, triggers, applications } = known;
    const counts = `hooks (${hooks.length}), triggers (${triggers.length}), applications (${applications.length})`;
    session.hint(`All is well: ${counts}, queues${inside.alarms === undefined ? '' : ', alarms'}, version.`);
    if (deep !== true && applications.length > 0) session.hint('Whether each target can be reached: image-triggers doctor --deep');
  });
};

const definitionsOf = async (session: Session): Promise<Pick<Ground, 'hooks' | 'triggers' | 'applications'> | { readonly silent: string }> => {
  const all = async (path: string) => (await session.pages(path, {})).items;
  try {
    const [hooks, triggers, applications] = await Promise.all([all('/v1/hooks'), all('/v1/triggers'), all('/v1/applications')]);
    return { hooks, triggers, applications };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { silent: error.message };
  }
};

const results = async (checks: Checks, ground: Ground): Promise<readonly Finding[]> =>
  (await Promise.all(Object.entries(checks).map(([name, check]) => tried(name, check, ground)))).flat();

/** What could not be looked at is no reason to say nothing of the rest, nor is it well. */
const tried = async (name: string, check: Check, ground: Ground): Promise<readonly Finding[]> => {
  try {
    return await check(ground);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [{ about: name, what: `this could not be looked at: ${error.message}`, cure: 'mend that, and ask again' }];
  }
};
