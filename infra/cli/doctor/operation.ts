/** Of the stack or engine itself: its version, dead letters, alarms. */
import { version } from '../../version.ts';
import { type Check, command, type Finding } from './finding.ts';

export const checkVersion: Check = async ({ inside }) => {
  const [own, there] = [version(), inside.version];
  if (there === own) return [];
  return [
    {
      about: 'version',
      what: `this command line is ${own}, what it talks to is ${there ?? 'older than versions are told'}`,
      cure: 'deploy the same checkout: "npm run deploy" on AWS, "npm start" on one machine',
    },
  ];
};

export const checkDeadLetters: Check = async ({ inside }) =>
  (await inside.deadLetters()).flatMap(({ name, messages, redrivable }): readonly Finding[] =>
    messages === 0
      ? []
      : [
          {
            about: `queue ${name}`,
            what: redrivable
              ? `${messages} ${messages === 1 ? 'message' : 'messages'} died`
              : `EventBridge could not deliver ${messages} ${messages === 1 ? 'event' : 'events'}`,
            cure: redrivable
              ? `mend what failed:  ${command('logs')}  and then  ${command(`dead-letters redrive --queue ${name}`)}`
              : 'README, Runbook, "Undelivered events"',
          },
        ],
  );

/** Its place in the runbook is the first thing that an alarm says behind its sentence. */
export const checkAlarms: Check = async ({ inside }) =>
  ((await inside.alarms?.()) ?? []).map(({ name, says }) => {
    const [, what = says, title = ''] = /^(.*?)\. Runbook: README, "(.+?)"/.exec(says) ?? [];
    return { about: `alarm ${name}`, what: `it rings: ${what}`, cure: title === '' ? 'look at it in CloudWatch' : `README, Runbook, "${title}"` };
  });
