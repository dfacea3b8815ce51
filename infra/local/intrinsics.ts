/** Evaluates CloudFormation's Ref, GetAtt, Join, Sub, Select and Split. Anything else stops the engine with its name and place, so that drift between template and engine is loud. */
import { type Fields, isFields, list, text } from './json.ts';

/** What `Ref` and `GetAtt` of one resource give. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Gives the value with every intrinsic replaced. `where` is for the error. */
type Resolve = (value: unknown, where: string) => unknown;

interface Scope {
  /** `AWS::Region` and its like, and the parameters of the template. */
  readonly values: Readonly<Record<string, string>>;
  identity(logicalId: string): Identity | undefined;
}

const NO_VALUE = Symbol('AWS::NoValue');

export const makeResolve = (scope: Scope): Resolve => {
  const ref = (name: string, where: string): unknown => {
    if (name === 'AWS::NoValue') return NO_VALUE;
    const value = scope.values[name] ?? scope.identity(name)?.ref;
    if (value === undefined)
      throw new Error(
        `${where}: Ref to ${name}, which is neither a resource nor a parameter with a default nor a pseudo parameter that the local engine knows`,
      );
    return value;
  };

  const attribute = (id: string, name: string, where: string): string => {
    const identity = scope.identity(id);
    if (identity === undefined) throw new Error(`${where}: GetAtt of ${id}, which is no resource of this template`);
    const value = identity.attributes[name];
    if (value === undefined)
      throw new Error(`${where}: GetAtt ${id}.${name} is not known to the local engine; it knows ${Object.keys(identity.attributes).join(', ') || 'none'}`);
    return value;
  };

  const getAtt = (argument: unknown, where: string): string => {
    const parts = typeof argument === 'string' ? argument.split(/\.(.*)/s) : list(argument, where);
    return attribute(text(parts[0], where), text(resolve(parts[1], where), where), where);
  };

  const sub = (argument: unknown, where: string): string => {
    const [template, own] = Array.isArray(argument)
      ? [text(argument[0], where), isFields(argument[1]) ? argument[1] : {}]
      : [text(argument, where), {} as Fields];
    return template.replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (name in own) return text(resolve(own[name], where), where);
      const [id = '', attributeName] = name.split(/\.(.*)/s);
      return attributeName === undefined ? text(ref(name, where), where) : attribute(id, attributeName, where);
    });
  };

  const functions: Readonly<Record<string, (argument: unknown, where: string) => unknown>> = {
    Ref: (argument, where) => ref(text(argument, where), where),
    'Fn::GetAtt': getAtt,
    'Fn::Sub': sub,
    'Fn::Join': (argument, where) => {
      const [separator, parts] = list(argument, where);
      return list(resolve(parts, where), where)
        .map((part) => text(part, where))
        .join(text(separator, where));
    },
    'Fn::Select': (argument, where) => {
      const [index, parts] = list(argument, where);
      const chosen = list(resolve(parts, where), where)[Number(index)];
      if (chosen === undefined) throw new Error(`${where}: there is no element ${String(index)} to select`);
      return chosen;
    },
    'Fn::Split': (argument, where) => {
      const [separator, whole] = list(argument, where);
      return text(resolve(whole, where), where).split(text(separator, where));
    },
  };

  const intrinsic = (value: Fields, where: string): { readonly result: unknown } | undefined => {
    const [name, ...more] = Object.keys(value);
    if (name === undefined || more.length > 0 || (name !== 'Ref' && name !== 'Condition' && !name.startsWith('Fn::'))) return undefined;
    const evaluate = functions[name];
    // `{ Condition: {…} }` is also how IAM statements look; as an intrinsic it holds the name of a condition.
    if (evaluate === undefined && name === 'Condition' && typeof value[name] !== 'string') return undefined;
    if (evaluate === undefined) throw new Error(`${where}: the local engine does not evaluate ${name}; it knows ${Object.keys(functions).join(', ')}`);
    return { result: evaluate(value[name], `${where} ${name}`) };
  };

  const resolve: Resolve = (value, where) => {
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, `${where}[${index}]`)).filter((item) => item !== NO_VALUE);
    if (!isFields(value)) return value;
    const evaluated = intrinsic(value, where);
    if (evaluated !== undefined) return evaluated.result;
    const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, resolve(item, `${where}.${key}`)]);
    return Object.fromEntries(entries.filter(([, item]) => item !== NO_VALUE));
  };
  return resolve;
};
