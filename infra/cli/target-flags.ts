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
    .option('--ecs <cluster/service>', 'target: an Amazon ECS service')
    .option('--ecs-region <region>', 'with --ecs: its region')
    .option('--role <arn>', 'with --ecs: the role to deploy with; "application grant" prints it')
    .option('--container <name>', 'with --ecs: only this container; give it again for more', collect)
    .option('--target <file>', 'target: any kind, as JSON from a file; - for standard input')
    .option('--quiet-seconds <n>', 'wait until nothing was pushed for so long', whole)
    .option('--max-age-seconds <n>', 'ignore pushes that were older when first seen', whole)
    .option('--max-per-hour <n>', 'at most so many deployments an hour', whole)
    .option('--deadline-seconds <n>', 'a rollout that is not healthy after so long has failed', whole)
    .option('--at-most-once', 'after a crash around the call, do not call again: the call ends as unknown');

const HTTP_FLAGS = ['template', 'secret', 'authorization', 'header'] as const;
const ECS_FLAGS = ['ecsRegion', 'role', 'container'] as const;

const targetOf = async (flags: Fields, io: Io): Promise<unknown> => {
  const { http, template, secret, authorization, header, ecs, ecsRegion, role, container, target } = flags;
  const kinds = ['http', 'ecs', 'target'].filter((kind) => flags[kind] !== undefined);
  if (kinds.length > 1) throw misused(`give one target, not ${kinds.map((kind) => `--${kind}`).join(' and ')}`);
  if (http === undefined && HTTP_FLAGS.some((flag) => flags[flag] !== undefined))
    throw misused('--template, --secret, --authorization and --header belong to --http');
  if (ecs === undefined && ECS_FLAGS.some((flag) => flags[flag] !== undefined)) throw misused('--ecs-region, --role and --container belong to --ecs');
  if (http !== undefined)
    return {
      kind: 'http',
      url: http,
      ...(template === undefined ? {} : { template: await readJson(textOf(template), io) }),
      ...(secret === undefined ? {} : { secret }),
      ...(authorization === undefined ? {} : { authorization }),
      ...(header === undefined ? {} : { headers: headersOf(header) }),
    };
  if (ecs !== undefined) {
    const [cluster, service, more] = textOf(ecs).split('/');
    if (service === undefined || more !== undefined) throw misused(`--ecs is ${JSON.stringify(ecs)}: give CLUSTER/SERVICE`);
    const [region, roleArn, containers] = [ecsRegion, role, container];
    return { kind: 'ecs', cluster, service, region, roleArn, containers };
  }
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

/** Target and policy as a body has them; what no flag names is left out. */
export const applicationParts = async (flags: Fields, io: Io): Promise<Fields> => {
  const [target, policy] = [await targetOf(flags, io), policyOf(flags)];
  return { ...(target === undefined ? {} : { target }), ...(policy === undefined ? {} : { policy }) };
};
