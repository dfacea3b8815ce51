/** What the engine has to run, read from the templates of a cloud assembly with everything resolved. */
import type { Assembly, Resource, StackTemplate } from './assembly.ts';
import { identify, isRun, type Place } from './identity.ts';
import { type Identity, makeResolve } from './intrinsics.ts';
import { type Fields, fields } from './json.ts';
import { type FunctionSpec, readFunctions } from './plan-functions.ts';
import { type HttpSpec, readHttp } from './plan-http.ts';
import { type QueueSpec, readQueues } from './plan-queues.ts';
import { readSecrets, type SecretSpec } from './plan-secrets.ts';
import { type EventRuleSpec, type MappingSpec, type RuleSpec, readEventRules, readMappings, readRules } from './plan-sources.ts';
import { readTables, type TableSpec } from './plan-tables.ts';

export interface Plan {
  readonly queues: readonly QueueSpec[];
  readonly tables: readonly TableSpec[];
  readonly secrets: readonly SecretSpec[];
  readonly functions: readonly FunctionSpec[];
  readonly mappings: readonly MappingSpec[];
  readonly rules: readonly RuleSpec[];
  readonly eventRules: readonly EventRuleSpec[];
  readonly http: HttpSpec;
  /** `stack.output` → value. */
  readonly outputs: Readonly<Record<string, string>>;
  /** `AWS::IAM::Role ×4`: types that have no meaning on this machine. */
  readonly ignored: readonly string[];
}

/** One resource with its intrinsics evaluated, and its own names. */
export interface Resolved {
  readonly id: string;
  readonly type: string;
  readonly where: string;
  readonly identity: Identity;
  readonly properties: Fields;
}

export interface Stacks {
  ofType(...types: readonly string[]): readonly Resolved[];
  /** Directory of an asset, by its object key. */
  asset(key: string): string | undefined;
}

interface Ground extends Omit<Place, 'stack'> {
  /** The changing part of `AWS::StackId`: the same on every start, because what is derived from it (the external id) must be. */
  readonly stackUuid: string;
}

export const makePlan = (assembly: Assembly, ground: Ground): Plan => {
  const resolved: Resolved[] = [];
  const ignored = new Map<string, number>();
  const outputs: Record<string, string> = {};
  for (const stack of assembly.stacks) {
    const place: Place = { ...ground, stack: stack.name };
    const resolve = makeResolve({ values: { ...stack.parameters, ...pseudo(place, ground) }, identity: identities(stack, place) });
    for (const resource of stack.resources.values()) {
      const identity = identify(resource, place);
      if (!isRun(resource.type)) {
        ignored.set(resource.type, (ignored.get(resource.type) ?? 0) + 1);
        continue;
      }
      const where = `${stack.name}.${resource.id} (${resource.type})`;
      if (resource.condition !== undefined)
        throw new Error(`${where}: the local engine does not evaluate conditions, and this resource has ${resource.condition}`);
      resolved.push({ id: resource.id, type: resource.type, where, identity, properties: fields(resolve(resource.properties, where), where) });
    }
    for (const [name, output] of Object.entries(stack.outputs))
      outputs[`${stack.name}.${name}`] = String(resolve(fields(output, `output ${name}`).Value, `output ${name}`));
  }
  const stacks: Stacks = { ofType: (...types) => resolved.filter(({ type }) => types.includes(type)), asset: (key) => assembly.assets.get(key) };
  const queues = readQueues(stacks);
  const functions = readFunctions(stacks);
  return {
    queues,
    functions,
    tables: readTables(stacks),
    secrets: readSecrets(stacks),
    mappings: readMappings(stacks, queues, functions),
    rules: readRules(stacks, queues, functions),
    eventRules: readEventRules(stacks, queues, functions),
    http: readHttp(stacks, functions),
    outputs,
    ignored: [...ignored].map(([type, count]) => `${type} ×${count}`),
  };
};

const identities = (stack: StackTemplate, place: Place) => {
  const known = new Map<string, Identity>();
  return (id: string): Identity | undefined => {
    const resource: Resource | undefined = stack.resources.get(id);
    if (resource === undefined) return undefined;
    const identity = known.get(id) ?? identify(resource, place);
    known.set(id, identity);
    return identity;
  };
};

const pseudo = (place: Place, { stackUuid }: Ground): Readonly<Record<string, string>> => ({
  'AWS::Region': place.region,
  'AWS::AccountId': place.account,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': place.stack,
  'AWS::StackId': `arn:aws:cloudformation:${place.region}:${place.account}:stack/${place.stack}/${stackUuid}`,
});
