/** `AWS::ApiGatewayV2::*` → the routes of one HTTP API with its `$default` stage. */
import { optionalFields, optionalNumber, optionalText, text } from './json.ts';
import type { Resolved, Stacks } from './plan.ts';
import { type FunctionSpec, functionOf } from './plan-functions.ts';

export interface HttpSpec {
  readonly apiId: string;
  readonly routes: readonly RouteSpec[];
}

export interface RouteSpec {
  /** `ANY /hooks/{token}` as the template has it: the event names it so. */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly function: FunctionSpec;
  readonly needs: 'nothing' | 'iam';
  readonly timeoutMs: number;
}

/** What API Gateway allows an integration at most, and gives it where nothing is said. */
const INTEGRATION_TIMEOUT_MS = 30_000;

export const readHttp = (stacks: Stacks, functions: readonly FunctionSpec[]): HttpSpec => {
  const [api, second] = stacks.ofType('AWS::ApiGatewayV2::Api');
  if (second !== undefined) throw new Error(`${second.where}: the local engine has one HTTP API and this is the second`);
  if (api?.properties.CorsConfiguration !== undefined) throw new Error(`${api.where}: has a CORS configuration, which the local engine does not emulate`);
  for (const stage of stacks.ofType('AWS::ApiGatewayV2::Stage')) {
    const name = text(stage.properties.StageName, `${stage.where} StageName`);
    if (name !== '$default') throw new Error(`${stage.where}: is named ${name}; the local engine serves the stage $default only`);
  }
  const integrations = new Map(stacks.ofType('AWS::ApiGatewayV2::Integration').map((integration) => [integration.identity.ref, integration]));
  return { apiId: api?.identity.ref ?? 'none', routes: stacks.ofType('AWS::ApiGatewayV2::Route').map((route) => readRoute(route, integrations, functions)) };
};

const readRoute = ({ properties, where }: Resolved, integrations: ReadonlyMap<string, Resolved>, functions: readonly FunctionSpec[]): RouteSpec => {
  const key = text(properties.RouteKey, `${where} RouteKey`);
  const target = text(properties.Target, `${where} Target`);
  const integration = integrations.get(target.replace(/^integrations\//, ''));
  if (integration === undefined) throw new Error(`${where}: its target ${target} is no integration of this assembly`);
  const [method = '', path] = key === '$default' ? ['ANY', '/{proxy+}'] : key.split(' ');
  if (path === undefined) throw new Error(`${where}: the route key ${key} is neither "METHOD /path" nor $default`);
  return { key, method, path, needs: readNeeds(properties.AuthorizationType, where), ...readIntegration(integration, functions) };
};

const readNeeds = (value: unknown, where: string): RouteSpec['needs'] => {
  const type = optionalText(value, `${where} AuthorizationType`) ?? 'NONE';
  if (type === 'NONE') return 'nothing';
  if (type === 'AWS_IAM') return 'iam';
  throw new Error(`${where}: its authorization is ${type}; the local engine knows NONE and AWS_IAM`);
};

const readIntegration = ({ properties, where }: Resolved, functions: readonly FunctionSpec[]): { function: FunctionSpec; timeoutMs: number } => {
  const version = optionalText(properties.PayloadFormatVersion, `${where} PayloadFormatVersion`);
  if (properties.IntegrationType !== 'AWS_PROXY' || version !== '2.0')
    throw new Error(`${where}: is ${String(properties.IntegrationType)} with payload ${version ?? 'unset'}; the local engine knows AWS_PROXY with payload 2.0`);
  if (Object.keys(optionalFields(properties.RequestParameters, where)).length > 0)
    throw new Error(`${where}: maps request parameters, which the local engine does not emulate`);
  const timeoutMs = optionalNumber(properties.TimeoutInMillis, where) ?? INTEGRATION_TIMEOUT_MS;
  return { function: functionOf(text(properties.IntegrationUri, `${where} IntegrationUri`), functions, where), timeoutMs };
};
