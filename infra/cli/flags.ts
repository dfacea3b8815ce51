/** Flags that several commands share, and what they become in a body. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { splitCallId } from '../../functions/core/call.ts';
import { type Fields, fields, textOf } from '../../functions/core/fields.ts';
import { isMoment, MOMENT_RULE } from '../../functions/schema/moment.ts';
import { CALLER_RULE, isCaller, isName, isTriggerUrlId, NAME_RULE } from '../../functions/schema/name.ts';
import { type Io, misused, readSecret } from './io.ts';
import { refuseSecretUrl } from './secret-url.ts';

export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

export const whole = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
};

/** How many of a list. */
export const count = (text: string): number => {
  if (whole(text) === 0) throw new InvalidArgumentError('give at least 1');
  return whole(text);
};

/** Of `--since` and `--until`, which are read against a clock by whoever takes them. */
export const momentText = (text: string): string => {
  if (!isMoment(text)) throw new InvalidArgumentError(MOMENT_RULE);
  return text;
};

export const addLimitFlag = (command: Command): Command => command.addOption(new Option('--limit <n>', 'how many; without it, all').argParser(count));

/** Of each command that changes something. */
export const addChangeFlags = (command: Command): Command =>
  command.option('--dry-run', 'check what can be checked, show the request that would be sent, and send nothing');

/** Of each command whose effect nothing brings back; it has to ask by `confirm`. */
export const addDestroyFlags = (command: Command): Command => addChangeFlags(command).option('--yes', 'do it without asking');

/** A name of a hook, trigger or application. Refused here, because as a part of a path it could mean another route. */
export const nameOf = (text: string): string => {
  refuseSecretUrl(text);
  if (!isName(text)) throw new InvalidArgumentError(NAME_RULE);
  return text;
};

/** The name of a trigger, or what stands for one in a call that none made. */
export const callerOf = (text: string): string => {
  refuseSecretUrl(text);
  if (!isCaller(text)) throw new InvalidArgumentError(CALLER_RULE);
  return text;
};

export const urlIdOf = (text: string): string => {
  if (!isTriggerUrlId(text)) throw new InvalidArgumentError('give an id as "application trigger-url list" shows it: url- and 26 letters and digits');
  return text;
};

export const callIdOf = (text: string): string => {
  if (splitCallId(text) === undefined)
    throw new InvalidArgumentError('give an id as "call list" shows it: 26 letters and digits, a dot and the name of a trigger');
  return text;
};

export const addRuleFlags = (command: Command): Command =>
  command
    .addOption(new Option('--all', 'every pushed tag fires').conflicts(['expression', 'tag', 'semver']))
    .addOption(new Option('--expression <re2>', 'the whole tag must match, as in release-v.*').conflicts(['all', 'tag', 'semver']))
    .addOption(new Option('--tag <tag>', 'exactly this tag fires; give it again for more').argParser(collect).conflicts(['all', 'expression', 'semver']))
    .addOption(new Option('--semver <range>', 'versions in this range fire, as in "^1.4"').conflicts(['all', 'expression', 'tag']))
    .option('--prereleases', 'with --semver: pre-releases too')
    .option('--except <re2>', 'tags that match this do not fire after all');

/** Undefined when none of the flags is given. */
export const ruleOf = (flags: Fields): Fields | undefined => {
  const { all, expression, tag, semver, prereleases, except } = flags;
  if (prereleases !== undefined && semver === undefined) throw misused('--prereleases belongs to --semver');
  const exception = except === undefined ? {} : { except };
  if (expression !== undefined) return { mode: 'expression', expression, ...exception };
  if (tag !== undefined) return { mode: 'tags', tags: tag, ...exception };
  if (semver !== undefined) return { mode: 'semver', range: semver, ...(prereleases === undefined ? {} : { prereleases }), ...exception };
  if (all !== undefined || except !== undefined) return { mode: 'all', ...exception };
  return undefined;
};

/** The API answers an unknown one with all that there are. */
export const SENDERS = 'what sends: harbor, dockerhub, ghcr, distribution, generic …; "?" is answered with all';

export const addHookFlags = (command: Command): Command =>
  addCredentialFlags(
    command
      .option('--registry-host <host>', 'the registry that the hook speaks for, as in registry.example.com:5000')
      .option('--host-alias <host>', 'another name of the same registry; give it again for more', collect)
      .option('--only <pattern>', 'a repository that the hook may speak for: team/app or team/*; give it again for more', collect)
      .option(
        '--access <how>',
        'ask its registry what a tag names: public, ecr, a reference to a secret with user and password (ssm:/image-triggers/…), or none',
      )
      .addOption(new Option('--sweep-minutes <n>', 'with --access: how often it is looked at for pushes that nobody told; 0 for never').argParser(whole)),
  );

export const addCredentialFlags = (command: Command): Command =>
  command
    .option('--credential <kind>', 'how the sender proves each delivery: hmac (it signs), header, header:NAME, basic:USER or oidc:AUDIENCE (a signed token)')
    .option('--credential-file <file>', 'file with the secret, the value of the header, or the password; - for standard input')
    .option('--credential-email <email>', 'with oidc: the account that the token has to be of');

export const hookPartsOf = async (flags: Fields, io: Io): Promise<Fields> => {
  const { registryHost, hostAlias, only, access, sweepMinutes } = flags;
  const credential = await credentialOf(flags, io);
  return {
    ...(registryHost === undefined ? {} : { registryHost }),
    ...(hostAlias === undefined ? {} : { hostAliases: hostAlias }),
    ...(only === undefined ? {} : { repositories: only }),
    ...(credential === undefined ? {} : { credential }),
    ...(access === undefined ? {} : { access: access === 'none' ? null : access === 'public' || access === 'ecr' ? access : { auth: access } }),
    ...(sweepMinutes === undefined ? {} : { sweepMinutes }),
  };
};

/** As `--access` takes it. */
export const accessText = (access: unknown): unknown => fields(access).auth ?? access;

export const credentialOf = async ({ credential, credentialFile, credentialEmail: email }: Fields, io: Io): Promise<Fields | undefined> => {
  if (credential === undefined && credentialFile === undefined && email === undefined) return undefined;
  const [, kind, name] = /^(hmac|header|(?:basic|oidc)(?=:))(?::(.+))?$/.exec(textOf(credential)) ?? [];
  if (kind === undefined || (kind === 'hmac' && name !== undefined))
    throw misused(`--credential is ${JSON.stringify(textOf(credential))}: give hmac, header, header:NAME, basic:USER or oidc:AUDIENCE`);
  if (email !== undefined && kind !== 'oidc') throw misused('--credential-email belongs to --credential oidc:AUDIENCE');
  if (kind === 'oidc') {
    if (credentialFile !== undefined) throw misused('--credential oidc has no secret on this side: leave --credential-file out');
    return { by: 'oidc', audience: name, ...(email === undefined ? {} : { email }) };
  }
  if (typeof credentialFile !== 'string')
    throw misused('--credential needs --credential-file FILE (or - for standard input): a secret on the command line would stay in the history of the shell');
  const secret = await readSecret(credentialFile, io);
  if (kind === 'hmac') return { by: 'hmac', secret };
  return kind === 'basic' ? { by: 'basic', user: name, password: secret } : { by: 'header', ...(name === undefined ? {} : { name }), value: secret };
};

/** Examples stand at the end of every help. */
export const examples = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ image-triggers ${line}`).join('\n')}`);
