/** Reads a CDK cloud assembly from disk: every stack's template, and where the files of each asset lie. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Fields, fields, optionalFields, optionalText, parseJson, text } from './json.ts';

export interface StackTemplate {
  readonly name: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /** Default values of the template's parameters, by name. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Fields;
}

export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Fields;
  readonly condition?: string;
}

export interface Assembly {
  readonly stacks: readonly StackTemplate[];
  /** Directory of an asset by the object key under which a deployment would upload it: `Code.S3Key` names it so. */
  readonly assets: ReadonlyMap<string, string>;
}

const readJson = (file: string): Fields => {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(
      `cannot read ${file} of the cloud assembly (${cause instanceof Error ? cause.message : String(cause)}); run "npm run synth" to see why it was not written`,
    );
  }
  return fields(parseJson(source, file), file);
};

export const readAssembly = (directory: string): Assembly => {
  const root = resolve(directory);
  const artifacts = Object.entries(optionalFields(readJson(join(root, 'manifest.json')).artifacts, 'manifest.json artifacts'));
  const stacks: StackTemplate[] = [];
  const assets = new Map<string, string>();
  for (const [id, value] of artifacts) {
    const artifact = fields(value, `artifact ${id}`);
    const properties = optionalFields(artifact.properties, `artifact ${id}`);
    if (artifact.type === 'aws:cloudformation:stack') {
      const name = optionalText(properties.stackName, `artifact ${id} stackName`) ?? id;
      stacks.push(readTemplate(name, readJson(join(root, text(properties.templateFile, `artifact ${id} templateFile`)))));
    }
    if (artifact.type === 'cdk:asset-manifest') readAssets(root, text(properties.file, `artifact ${id} file`), assets);
  }
  if (stacks.length === 0)
    throw new Error(`the cloud assembly ${root} has no stack: its manifest.json lists ${artifacts.map(([id]) => id).join(', ') || 'nothing'}`);
  return { stacks, assets };
};

const readTemplate = (name: string, template: Fields): StackTemplate => {
  const resources = new Map<string, Resource>();
  for (const [id, value] of Object.entries(fields(template.Resources, `stack ${name} Resources`))) {
    const where = `stack ${name} resource ${id}`;
    const resource = fields(value, where);
    const condition = optionalText(resource.Condition, `${where} Condition`);
    resources.set(id, {
      id,
      type: text(resource.Type, `${where} Type`),
      properties: optionalFields(resource.Properties, where),
      ...(condition === undefined ? {} : { condition }),
    });
  }
  const parameters: Record<string, string> = {};
  for (const [id, value] of Object.entries(optionalFields(template.Parameters, `stack ${name} Parameters`))) {
    const given = fields(value, `parameter ${id}`).Default;
    if (given !== undefined) parameters[id] = String(given);
  }
  return { name, resources, parameters, outputs: optionalFields(template.Outputs, `stack ${name} Outputs`) };
};

const readAssets = (root: string, file: string, assets: Map<string, string>): void => {
  for (const [id, value] of Object.entries(optionalFields(readJson(join(root, file)).files, `${file} files`))) {
    const asset = fields(value, `asset ${id}`);
    const path = text(fields(asset.source, `asset ${id} source`).path, `asset ${id} source.path`);
    for (const destination of Object.values(fields(asset.destinations, `asset ${id} destinations`)))
      assets.set(text(fields(destination, `asset ${id} destination`).objectKey, `asset ${id} objectKey`), resolve(root, path));
  }
};
