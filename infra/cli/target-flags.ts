/** Flags of an application's target and policy, and what they become in a body. The kinds of targets are the API's to check. */
import type { Command } from 'commander';
import { collect, whole } from './flags.ts';
import { type Io, misused, readJson } from './io.ts';
import { type Fields, textOf } from './json.ts';

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
    .option('--at-most-once', 'after a crash around the call, do not call again: the call ends as unknown');

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
      ...(header === undefined ? {} : { headers: headersOf(header) }),
    };
  // What is missing here the API names, with what it should be.
  if (ecsService !== undefined)
    return { kind: 'ecs', region: ecsRegion ?? region, cluster: ecsCluster, service: ecsService, roleArn: role, containers: container };
  return target === undefined ? undefined : readJson(textOf(target), io);
};

const headersOf = (given: unknown): Fields =>
  Object.fromEntries(
    (Array.isArray(given) ? given : []).map((each: unknown) => {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(textOf(each)) ?? [];
      if (name === undefined) throw misused(`--header is ${JSON.stringify(each)}: give NAME=VALUE`);
      return [name, value];
    }),
  );

const policyOf = ({ quietSeconds, maxAgeSeconds, maxPerHour, deadlineSeconds, atMostOnce }: Fields): Fields | undefined => {
  const given = Object.entries({ quietSeconds, maxAgeSeconds, maxPerHour, deadlineSeconds, atMostOnce }).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
};

/** Target and policy as a body has them; what no flag names is left out. `flags`: with those of the program. */
export const applicationParts = async (flags: Fields, io: Io): Promise<Fields> => {
  const [target, policy] = [await targetOf(flags, io), policyOf(flags)];
  return { ...(target === undefined ? {} : { target }), ...(policy === undefined ? {} : { policy }) };
};
