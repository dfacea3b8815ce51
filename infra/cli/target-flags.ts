/** Flags of an application's target and policy, and what they become in a body. The kinds of targets are the API's to check. */
import type { Command } from 'commander';
import { type Fields, textOf } from '../../functions/core/fields.ts';
import { collect, whole } from './flags.ts';
import { type Io, misused, readJson } from './io.ts';

export const addTargetFlags = (command: Command): Command =>
  command
    .option('--http <url>', 'target: POST to this https URL')
    .option('--template <file>', 'with --http: JSON body with {{image}} {{tag}} {{digest}} {{repository}}; - for standard input')
    .option('--secret <reference>', 'with --http: sign with this secret, as in ssm:/image-triggers/web')
    .option('--authorization <reference>', 'with --http: send this secret as the Authorization header')
    .option('--header <name=value>', 'with --http: a header without secrets; give it again for more', collect)
    .option('--ecs-service <name>', 'target: an Amazon ECS service')
    .option('--ecs-cluster <name>', 'with --ecs-service: its cluster')
    .option('--ecs-region <region>', 'with --ecs-service: its region; else that of --region')
    .option('--role <arn>', 'with --ecs-service: the role to deploy with; "application grant" prints it')
    .option('--container <name>', 'with --ecs-service: only this container; give it again for more', collect)
    .option('--target <file>', 'target: any kind, as JSON from a file; - for standard input')
    .option('--quiet-seconds <n>', 'wait until nothing was pushed for so long', whole)
    .option('--max-age-seconds <n>', 'ignore pushes that were older when first seen', whole)
    .option('--max-per-hour <n>', 'at most so many deployments an hour', whole)
    .option('--deadline-seconds <n>', 'a rollout that is not healthy after so long has failed', whole)
    .option('--at-most-once', 'after a crash around the call, do not call again: the call ends as unknown')
    .option('--auto-rollback', 'after a failed rollout go back to what went well before, and reject what failed')
    .option('--never-down', 'tags are versions, and a push never deploys a lower one than what is wanted')
    .option('--parameter <name=value>', 'value of the placeholder of this name in its template; give it again for more', collect)
    .option('--git <url>', 'what it deploys lies in this git repository: it can be deployed again, and takes no image')
    .option('--git-revision <revision>', 'with --git: its branch, tag or commit')
    .option('--git-path <path>', 'with --git: the folder in it');

/** Of a change alone. */
export const addEndFlags = (command: Command): Command =>
  command
    .option('--no-quiet-seconds', 'deploy at once again')
    .option('--no-max-age-seconds', 'take pushes of any age again')
    .option('--no-max-per-hour', 'no limit any more')
    .option('--no-deadline-seconds', 'the usual deadline again')
    .option('--no-at-most-once', 'call again after a crash')
    .option('--no-auto-rollback', 'leave a failed rollout as it is')
    .option('--no-never-down', 'let pushes deploy whatever tag')
    .option('--no-git', 'what it deploys lies in git no more');

const HTTP_FLAGS = ['template', 'secret', 'authorization', 'header'] as const;
const ECS_FLAGS = ['ecsCluster', 'ecsRegion', 'role', 'container'] as const;

const targetOf = async (flags: Fields, io: Io): Promise<unknown> => {
  const { http, template, secret, authorization, header, ecsService, ecsCluster, ecsRegion, region, role, container, target } = flags;
  const kinds = Object.entries({ '--http': http, '--ecs-service': ecsService, '--target': target }).flatMap(([flag, value]) =>
    value === undefined ? [] : [flag],
  );
  if (kinds.length > 1) throw misused(`give one target, not ${kinds.join(' and ')}`);
  if (http === undefined && HTTP_FLAGS.some((flag) => flags[flag] !== undefined))
    throw misused('--template, --secret, --authorization and --header belong to --http');
  if (ecsService === undefined && ECS_FLAGS.some((flag) => flags[flag] !== undefined))
    throw misused('--ecs-cluster, --ecs-region, --role and --container belong to --ecs-service');
  if (http !== undefined)
    return {
      kind: 'http',
      url: http,
      ...(template === undefined ? {} : { template: await readJson(textOf(template), io) }),
      ...(secret === undefined ? {} : { secret }),
      ...(authorization === undefined ? {} : { authorization }),
      ...(header === undefined ? {} : { headers: pairsOf('--header', header) }),
    };
  // What is missing here the API names, with what it should be.
  if (ecsService !== undefined)
    return { kind: 'ecs', region: ecsRegion ?? region, cluster: ecsCluster, service: ecsService, roleArn: role, containers: container };
  return target === undefined ? undefined : readJson(textOf(target), io);
};

/** `NAME=VALUE`, as often as the flag is given. */
const pairsOf = (flag: string, given: unknown): Fields =>
  Object.fromEntries(
    (Array.isArray(given) ? given : []).map((each: unknown) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(textOf(each)) ?? [];
      if (name === undefined) throw misused(`${flag} is ${JSON.stringify(each)}: give NAME=VALUE`);
      return [name, value];
    }),
  );

const POLICY_FLAGS = ['quietSeconds', 'maxAgeSeconds', 'maxPerHour', 'deadlineSeconds', 'atMostOnce', 'autoRollback', 'neverDown'] as const;

/** `null` takes one away: `--no-…`. */
const policyOf = (flags: Fields): Fields | undefined => {
  const given = POLICY_FLAGS.flatMap((flag) => (flags[flag] === undefined ? [] : [[flag, flags[flag] === false ? null : flags[flag]]]));
  return given.length === 0 ? undefined : Object.fromEntries(given);
};

/** `null` with `--no-git`. */
const sourceOf = ({ git, gitRevision, gitPath }: Fields): Fields | null | undefined => {
  if (typeof git !== 'string' && (gitRevision !== undefined || gitPath !== undefined)) throw misused('--git-revision and --git-path belong to --git');
  if (git === false) return null;
  return git === undefined ? undefined : { git, revision: gitRevision, path: gitPath };
};

/** Of an application as a body has it; what no flag names is left out. `flags`: with those of the program. */
export const applicationParts = async (flags: Fields, io: Io): Promise<Fields> => {
  const [target, policy, source] = [await targetOf(flags, io), policyOf(flags), sourceOf(flags)];
  return {
    ...(target === undefined ? {} : { target }),
    ...(policy === undefined ? {} : { policy }),
    ...(flags.parameter === undefined ? {} : { parameters: pairsOf('--parameter', flags.parameter) }),
    ...(source === undefined ? {} : { source }),
  };
};
