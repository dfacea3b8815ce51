/** `AWS::Lambda::Function` → what the function host needs. */
import { basename } from 'node:path';
import { fields, optionalFields, optionalNumber, text } from './json.ts';
import type { Resolved, Stacks } from './plan.ts';

export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  /** Name of its log file: the logical id without the hash that CDK puts behind it. */
  readonly logName: string;
  readonly directory: string;
  /** `file.export` as in Lambda. */
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
}

export const readFunctions = (stacks: Stacks): readonly FunctionSpec[] => {
  const resources = stacks.ofType('AWS::Lambda::Function');
  return resources.map((resource) => {
    const short = shortName(resource.id);
    const alone = resources.filter(({ id }) => shortName(id) === short).length === 1;
    return readFunction(resource, alone ? short : resource.id, stacks);
  });
};

const shortName = (id: string): string => id.replace(/[0-9A-F]{8}$/, '').toLowerCase() || id;

const readFunction = ({ identity, properties, where }: Resolved, logName: string, stacks: Stacks): FunctionSpec => {
  const runtime = text(properties.Runtime, `${where} Runtime`);
  if (!runtime.startsWith('nodejs')) throw new Error(`${where}: its runtime is ${runtime}; the local engine runs nodejs functions only`);
  const key = text(fields(properties.Code, `${where} Code`).S3Key, `${where} Code.S3Key (only assets can be run)`);
  const directory = stacks.asset(key);
  if (directory === undefined) throw new Error(`${where}: its code ${key} is no asset of the cloud assembly`);
  const variables = optionalFields(optionalFields(properties.Environment, where).Variables, where);
  return {
    name: identity.ref,
    arn: text(identity.attributes.Arn, where),
    logName: basename(logName),
    directory,
    handler: text(properties.Handler, `${where} Handler`),
    timeoutMs: (optionalNumber(properties.Timeout, where) ?? 3) * 1000,
    memoryMb: optionalNumber(properties.MemorySize, where) ?? 128,
    environment: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, text(value, `${where} variable ${name}`)])),
  };
};

/** The function behind an ARN, also in the long form that API Gateway uses. */
export const functionOf = (arn: string, functions: readonly FunctionSpec[], where: string): FunctionSpec => {
  const plain = /(arn:aws:lambda:[^/]*:function:[^/]+)/.exec(arn)?.[1] ?? arn;
  const found = functions.find((candidate) => candidate.arn === plain);
  if (found === undefined) throw new Error(`${where}: ${arn} is no function of this assembly`);
  return found;
};
