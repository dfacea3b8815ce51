/** Of applications: what does not run as it is wanted, and whether their targets can be reached, as far as `deploy` has looked. */
import { type Fields, fields, isFields, list, textOf } from '../../../functions/core/fields.ts';
import type { Session } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import { type Check, command, type Finding, ofEach } from './finding.ts';

/** The function that looks has 60 s; a target that does not answer is given up before. */
const [LOOK_MS, LONGEST_MS] = [1_000, 75_000];

export const checkApplications: Check = ({ session, applications, deep }) =>
  ofEach(
    applications.filter(({ enabled }) => enabled === true),
    async (listed) => {
      const name = textOf(listed.name);
      const target = fields(listed.target);
      const { status, answered } = await statusOf(name, session, deep);
      const { hold, seen, sync, wanted } = status;
      const failed = list(wanted).find((one) => one.status === 'failed');
      const obstacle = obstacleOf(name, fields(seen), target);
      return [
        ...(answered ? [] : [finding(name, 'its target was to be looked at, and no answer came', command(`logs --application ${name}`))]),
        ...(obstacle === undefined ? [] : [obstacle]),
        ...(failed === undefined ? [] : [await failureOf(name, failed, target, session)]),
        ...(failed === undefined && sync === 'out-of-sync' && !isUnderWay(wanted)
          ? [finding(name, 'what runs there is not what is wanted', command(`application show ${name}`))]
          : []),
        ...(isFields(hold) ? [finding(name, holdText(hold), command(`application release ${name}`))] : []),
      ];
    },
  );

const finding = (name: string, what: string, cure: string): Finding => ({ about: `application ${name}`, what, cure });

const at = (name: string): string => `/v1/applications/${encodeURIComponent(name)}`;

/** With `deep`, after `deploy` has looked at the target. */
const statusOf = async (name: string, session: Session, deep: boolean): Promise<{ readonly status: Fields; readonly answered: boolean }> => {
  const read = async (): Promise<Fields> => fields((await session.ask({ method: 'GET', path: at(name) })).status);
  const before = await read();
  if (!deep) return { status: before, answered: true };
  await session.ask({ method: 'POST', path: `${at(name)}/refresh`, body: {} });
  for (let waited = 0; waited < LONGEST_MS; waited += LOOK_MS) {
    const status = await read();
    if (fields(status.seen).at !== fields(before.seen).at) return { status, answered: true };
    await session.io.pause(LOOK_MS);
  }
  return { status: before, answered: false };
};

/** What keeps every image from being deployed there. */
const obstacleOf = (name: string, { reason, why, at: seenAt }: Fields, target: Fields): Finding | undefined =>
  reason === undefined ? undefined : finding(name, `${textOf(why)} (${textOf(reason)}, seen ${textOf(seenAt)})`, cureOf(name, textOf(reason), target));

const cureOf = (name: string, reason: string, target: Fields, call?: string): string => {
  if (reason === 'access-denied') return command(`application grant ${name} > role.yaml`);
  if (reason === 'secret-unreadable') return `store the secret under that name, then  ${command(`application refresh ${name}`)}`;
  if (reason === 'target-not-found' || reason === 'target-misconfigured' || reason === 'address-forbidden') {
    const change = command(`application update ${name} ${target.kind === 'http' ? '--http URL' : '--target target.json'}`);
    const place = reason === 'address-forbidden' ? hostAndPort(textOf(target.url ?? target.server)) : undefined;
    return place === undefined ? change : `${change}, or on one machine  npm start -- --allow ${place}`;
  }
  return call === undefined
    ? `${command(`application refresh ${name}`)}, and  ${command(`logs --application ${name}`)}`
    : command(`call show ${shellWord(call)}`);
};

/** As the engine takes it as an exception. */
const hostAndPort = (text: string): string | undefined => {
  if (!URL.canParse(text)) return undefined;
  const { hostname, port, protocol } = new URL(text);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
};

const failureOf = async (name: string, { call, image }: Fields, target: Fields, session: Session): Promise<Finding> => {
  const id = textOf(call);
  const { reason, sentence, detail } = await session.ask({ method: 'GET', path: `/v1/calls/${encodeURIComponent(id)}` });
  const said = [textOf(sentence), textOf(detail)].filter((text) => text !== '').join(' ');
  return finding(name, `${textOf(image) || 'its last deployment'} failed: ${said}`, cureOf(name, textOf(reason), target, id));
};

const isUnderWay = (wanted: unknown): boolean => list(wanted).some(({ status }) => status === 'queued' || status === 'running' || status === 'held');

const holdText = ({ since, by, why }: Fields): string =>
  [`it is on hold since ${textOf(since)}`, by === undefined ? '' : `by ${textOf(by)}`, textOf(why)].filter((text) => text !== '').join(', ');
