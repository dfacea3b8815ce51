/** Of hooks: whether registries reach them, and what is due of their secrets and looks. */
import { ECR_HOOK } from '../../../functions/core/ecr-hook.ts';
import { type Fields, fields, isFields, list, textOf } from '../../../functions/core/fields.ts';
import { setSecret } from '../set-secret.ts';
import { type Check, command, type Finding, type Ground, ofEach } from './finding.ts';

/** So long before the last look a push was missed that this is no news any more. */
const LATELY_MS = 7 * 86_400_000;

export const checkHooks: Check = (ground) =>
  ofEach(ground.hooks, async (listed) => {
    const name = textOf(listed.name);
    const heard = ground.triggers.filter(({ hook, enabled }) => hook === name && enabled === true);
    if (listed.enabled !== true)
      return heard.length === 0
        ? []
        : [finding(name, `it is disabled, and ${heard.length === 1 ? 'a trigger hears' : `${heard.length} triggers hear`} it`, command(`hook enable ${name}`))];
    const hook = await ground.session.ask({ method: 'GET', path: `/v1/hooks/${encodeURIComponent(name)}` });
    // Then its deliveries are refused, which says nothing more.
    const unset = unsetOf(name, hook);
    return [...unset, ...(unset.length > 0 ? [] : await deliveriesOf(name, heard.length, ground)), ...rotationsOf(name, hook), ...sweepOf(name, hook)];
  });

const finding = (name: string, what: string, cure: string): Finding => ({ about: `hook ${name}`, what, cure });

const WORKED = ['fired', 'untriggered', 'duplicate', 'unfinished'];

/** Where the newest deliveries led nowhere, what to do about it. */
const CURES: Readonly<Record<string, (name: string) => string>> = {
  refused: (name) => `${command(`hook guide ${name}`)} says what the registry has to send; a new secret: ${command(`hook rotate-credential ${name} --help`)}`,
  'other-format': (name) => command(`hook update ${name} --registry FORMAT`),
  unreadable: (name) => command(`hook update ${name} --registry FORMAT`),
  'not-taken': () => command('logs --function ingest'),
  unheard: (name) => `${command(`hook deliveries ${name}`)} names the nearest trigger`,
  ignored: (name) => command(`hook deliveries ${name}`),
};

const deliveriesOf = async (name: string, heard: number, { session }: Ground): Promise<readonly Finding[]> => {
  // Pushes to Amazon ECR come by themselves: nothing is pasted, so nobody forgets to.
  if (name === ECR_HOOK.name) return [];
  const { items } = await session.ask({ method: 'GET', path: `/v1/hooks/${encodeURIComponent(name)}/deliveries` });
  const deliveries = list(items);
  const [newest] = deliveries;
  if (newest === undefined)
    return heard === 0 ? [finding(name, 'nothing came, and no trigger hears it', command(`hook delete ${name}`))] : silence(name, session);
  const verdict = textOf(newest.verdict);
  const cure = CURES[verdict];
  if (cure === undefined || deliveries.some((delivery) => WORKED.includes(textOf(delivery.verdict)))) return [];
  return [
    finding(
      name,
      `${deliveries.length === 1 ? 'its only delivery led nowhere: it' : `its last ${deliveries.length} deliveries led nowhere; the newest`} was ${verdict} (${textOf(newest.why)})`,
      cure(name),
    ),
  ];
};

/** Deliveries are kept for a week, calls longer. */
const silence = async (name: string, session: Ground['session']): Promise<readonly Finding[]> => {
  const { items } = await session.ask({ method: 'GET', path: `/v1/calls?hook=${encodeURIComponent(name)}&limit=1` });
  const [last] = list(items);
  const guide = command(`hook guide ${name}`);
  return [
    last === undefined
      ? finding(name, 'no registry has ever called it', `${guide}, and to try it:  ${command(`hook test ${name} --help`)}`)
      : finding(name, `nothing came in the last seven days; the last push was received ${textOf(last.receivedAt)}`, guide),
  ];
};

const unsetOf = (name: string, { credential }: Fields): readonly Finding[] =>
  isFields(credential) && credential.by !== 'oidc' && list(credential.secrets).length === 0
    ? [finding(name, `its secret (${textOf(credential.by)}) was never set, so each delivery is refused`, setSecret(name, credential))]
    : [];

const rotationsOf = (name: string, { tokens, credential }: Fields): readonly Finding[] => {
  const ends = (all: unknown): string | undefined => list(all).flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [textOf(expiresAt)]))[0];
  const [url, secret] = [ends(tokens), ends(fields(credential).secrets)];
  return [
    ...(url === undefined
      ? []
      : [finding(name, `two URLs are valid, the former until ${url}`, `paste the new one, then  ${command(`hook rotate ${name} --keep newest`)}`)]),
    ...(secret === undefined
      ? []
      : [
          finding(
            name,
            `two secrets are valid, the former until ${secret}`,
            `set the new one, then  ${command(`hook rotate-credential ${name} --keep newest`)}`,
          ),
        ]),
  ];
};

const accessCure = (name: string): string => (name === ECR_HOOK.name ? 'README, "Amazon ECR: nothing to paste"' : command(`hook update ${name} --access HOW`));

const sweepOf = (name: string, { sweep }: Fields): readonly Finding[] => {
  const { why, missed, missedAt, lookedAt } = fields(sweep);
  const lately = typeof missedAt === 'string' && typeof lookedAt === 'string' && Date.parse(lookedAt) - Date.parse(missedAt) < LATELY_MS;
  return [
    ...(why === undefined ? [] : [finding(name, `its registry cannot be looked at: ${textOf(why)}`, accessCure(name))]),
    ...(lately ? [finding(name, `it was not told of ${textOf(missed)} pushes, the last found ${missedAt}`, command(`hook guide ${name}`))] : []),
  ];
};
