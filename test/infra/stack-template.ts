/** Synthesises the stack over empty bundles, and reads the template as plain data. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { FUNCTION_NAMES, type FunctionName } from '../../infra/stack/functions.ts';
import { imageTriggersStack, newApp, type StackSettings } from '../../infra/stack/stack.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export interface TemplateBody {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

const room = mkdtempSync(join(tmpdir(), 'image-triggers-stack-'));
process.on('exit', () => rmSync(room, { recursive: true, force: true }));

/** Handlers that differ, so that each function has an asset of its own. */
export const emptyBundles = (): Record<FunctionName, string> => {
  const directory = (name: FunctionName): string => {
    const path = join(room, name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'index.mjs'), `export const handler = async () => '${name}';\n`);
    return path;
  };
  return { ingest: directory('ingest'), match: directory('match'), deploy: directory('deploy'), api: directory('api') };
};

/** Without CDK's own validator, which takes seconds for each stack: `npm run synth` has it on. */
export const scratchApp = (): App => newApp({ builtinCloudFormationValidation: false, outdir: mkdtempSync(join(room, 'assembly-')) });

/** The templates of stacks that live in one app. */
export const templatesOf = (ids: readonly string[], settings: Partial<StackSettings> = {}): readonly TemplateBody[] => {
  const app = scratchApp();
  const stacks = ids.map((id) => imageTriggersStack(app, id, { directories: emptyBundles(), ...settings }));
  const assembly = app.synth();
  return stacks.map((stack) => assembly.getStackByName(stack.stackName).template as TemplateBody);
};

export const templateOf = (settings: Partial<StackSettings> = {}): TemplateBody => {
  const [template] = templatesOf(['ImageTriggers'], settings);
  if (template === undefined) throw new Error('no template was made');
  return template;
};

export const ofType = (template: TemplateBody, type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);

/** The one resource whose logical id begins so. */
export const named = (template: TemplateBody, type: string, begins: string): readonly [string, Resource] => {
  const found = ofType(template, type).filter(([id]) => id.startsWith(begins));
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new Error(`${found.length} resources of type ${type} begin with ${begins}; there are ${ofType(template, type).map(([id]) => id)}`);
  return only;
};

export const FUNCTION_PREFIX: Readonly<Record<FunctionName, string>> = { ingest: 'Ingest', match: 'Match', deploy: 'Deploy', api: 'Api' };

export const functionOf = (template: TemplateBody, name: FunctionName): readonly [string, Resource] =>
  named(template, 'AWS::Lambda::Function', `${FUNCTION_PREFIX[name]}Function`);

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
  readonly Principal?: unknown;
}

/** What the role of a function may do. */
export const statementsOf = (template: TemplateBody, name: FunctionName): readonly Statement[] => {
  const [, policy] = named(template, 'AWS::IAM::Policy', `${FUNCTION_PREFIX[name]}Role`);
  return documentOf(policy);
};

export const documentOf = (resource: Resource): readonly Statement[] =>
  (resource.Properties.PolicyDocument as { readonly Statement: readonly Statement[] }).Statement;

export const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** Every value inside a value, itself included, with the key it stands under. */
export function* within(value: unknown, key = ''): Generator<readonly [string, unknown]> {
  yield [key, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) yield* within(inner, name);
}

export const functionNames = FUNCTION_NAMES;

/** What stands at a path inside the properties. */
export const property = (resource: Resource, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined),
    resource.Properties,
  );

export const dotted = (id: string, attribute: string): unknown => ({ 'Fn::GetAtt': [id, attribute] });
