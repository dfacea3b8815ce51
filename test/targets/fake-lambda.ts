/**
 * The part of AWS Lambda (REST, JSON) and STS that a deployment uses, on loopback, for the real SDK clients. Keeps one
 * function of a container image with its versions and one alias; no update ends by itself: a test says when.
 *
 * As AWS does: a revision changes with every change and once more when an update ends, a tag is resolved when it is named,
 * what did not change is not published again.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Json } from './fake-ecs.ts';
import { ACCOUNT, assume, REGION, type Refusal, refuse, textOf, useAws } from './fake-sts.ts';

const NOW = Date.UTC(2026, 0, 1);

export interface FakeFunction {
  packageType: string;
  imageUri: string;
  digest: string;
  revision: number;
  modifiedAt: number;
  state: string | undefined;
  update: 'InProgress' | 'Successful' | 'Failed';
  reason: string;
  reasonCode: string;
}

export interface FakeVersion extends FakeFunction {
  readonly number: number;
}

export interface FakeAlias {
  version: string;
  weights: Record<string, number>;
  revision: number;
}

export interface FakeLambda {
  readonly latest: FakeFunction;
  readonly versions: FakeVersion[];
  /** Of the name `live`. */
  readonly alias: FakeAlias;
  /** Actions in the order in which they came, `AssumeRole` among them. */
  readonly asked: string[];
  /** Bodies of the actions that change something. */
  readonly bodies: Json[];
  readonly refuse: Map<string, { times: number; readonly with: Refusal | 'silence' }>;
  /** Runs before an action is answered, once. */
  readonly before: Map<string, () => void>;
  /** The worker dies with a request, counted from 1: before it is carried out, or after it and without an answer. */
  cut: { readonly at: number; readonly when: 'before' | 'after'; readonly die: () => void } | undefined;
  /** What each tag leads to. */
  readonly tags: Map<string, string>;
  /** What `GetFunction` answers instead of the present: Lambda is eventually consistent. */
  behind: FakeFunction | undefined;
  /** State of versions that are published from now on. */
  newState: string | undefined;
  /** `UpdateFunctionCode` calls that were carried out. */
  updates: number;
  /** A tag that nobody knows is not valid, and a reference with both is not either. */
  put(imageUri: string, at?: number): Refusal | undefined;
  finish(how: 'Successful' | 'Failed', reason?: string): void;
  publish(): FakeVersion;
}

const missing = (type: string, message: string, status = 400): Refusal => ({ status, type, message });
const INVALID = 'InvalidParameterValueException';

/** Starts it, points the SDK at it through the environment, and ends it with the test. `repository:v1` runs as version 1, and `live` leads there. */
export const startFakeLambda = async (repository: string, digest: string): Promise<FakeLambda> => {
  const arn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:web`;
  const latest: FakeFunction = {
    packageType: 'Image',
    imageUri: `${repository}:v1`,
    digest,
    revision: 1,
    modifiedAt: NOW - 3_600_000,
    state: 'Active',
    update: 'Successful',
    reason: '',
    reasonCode: '',
  };
  const fake: FakeLambda = {
    latest,
    versions: [],
    alias: { version: '1', weights: {}, revision: 1 },
    asked: [],
    bodies: [],
    refuse: new Map(),
    before: new Map(),
    cut: undefined,
    tags: new Map([['v1', digest]]),
    behind: undefined,
    newState: 'Active',
    updates: 0,
    put: (imageUri, at = NOW) => {
      const [, tag, given] = /^[^@:]+(?::\d+\/[^@:]+)?(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(imageUri) ?? [];
      const found = given ?? fake.tags.get(tag ?? '') ?? `sha256:${'c'.repeat(64)}`;
      if (tag !== undefined && given !== undefined) return missing(INVALID, `Source image ${imageUri} is not valid. Provide a valid source image.`);
      // AWS gives the date in milliseconds and the moment in whole seconds.
      const modifiedAt = Math.floor(at / 1000) * 1000;
      Object.assign(latest, { imageUri, digest: found, modifiedAt, update: 'InProgress', reason: 'The function is being created.', reasonCode: 'Creating' });
      latest.revision += 1;
      return undefined;
    },
    finish: (how, reason = '') => {
      Object.assign(latest, { update: how, reason, reasonCode: how === 'Failed' ? 'InvalidImage' : '' });
      latest.revision += 1;
    },
    publish: () => {
      const last = fake.versions.at(-1);
      if (last?.digest === latest.digest) return last;
      const version = { ...structuredClone(latest), number: fake.versions.length + 1, state: fake.newState };
      fake.versions.push(version);
      latest.revision += 1;
      return version;
    },
  };
  fake.publish();

  const configurationOf = (of: FakeFunction, version = '$LATEST'): Json => ({
    FunctionName: 'web',
    FunctionArn: version === '$LATEST' ? arn : `${arn}:${version}`,
    Version: version,
    PackageType: of.packageType,
    CodeSha256: of.digest.slice('sha256:'.length),
    RevisionId: `r-${of.revision}`,
    LastModified: new Date(of.modifiedAt).toISOString().replace('Z', '+0000'),
    ...(of.state === undefined ? {} : { State: of.state, ...(of.state === 'Active' ? {} : { StateReason: `it is ${of.state}` }) }),
    LastUpdateStatus: of.update,
    ...(of.reason === '' ? {} : { LastUpdateStatusReason: of.reason, LastUpdateStatusReasonCode: of.reasonCode }),
  });
  const codeOf = ({ packageType, imageUri, digest }: FakeFunction): Json =>
    packageType === 'Image'
      ? { RepositoryType: 'ECR', ImageUri: imageUri, ResolvedImageUri: `${repository}@${digest}` }
      : { RepositoryType: 'S3', Location: 'https://example.com/code.zip' };
  const shownVersion = (version: FakeVersion): Json => configurationOf(version, String(version.number));
  const shownAlias = (): Json => ({
    AliasArn: `${arn}:live`,
    Name: 'live',
    FunctionVersion: fake.alias.version,
    RevisionId: `a-${fake.alias.revision}`,
    ...(Object.keys(fake.alias.weights).length === 0 ? {} : { RoutingConfig: { AdditionalVersionWeights: fake.alias.weights } }),
  });
  const precondition = missing(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    412,
  );
  const busy = (): Refusal | undefined =>
    latest.update === 'InProgress'
      ? missing('ResourceConflictException', `The operation cannot be performed at this time. An update is in progress for resource: ${arn}`, 409)
      : undefined;

  const actions: Record<string, (body: Json, query: URLSearchParams) => Json | Refusal> = {
    GetFunction: (_, query) => {
      const qualifier = query.get('Qualifier');
      if (qualifier === null) {
        const present = fake.behind ?? latest;
        return { Configuration: configurationOf(present), Code: codeOf(present) };
      }
      const version = fake.versions.find(({ number }) => String(number) === qualifier);
      return version === undefined
        ? missing('ResourceNotFoundException', `Function not found: ${arn}:${qualifier}`, 404)
        : { Configuration: shownVersion(version), Code: codeOf(version) };
    },
    UpdateFunctionCode: ({ ImageUri, RevisionId }) => {
      const conflict = busy();
      if (conflict !== undefined) return conflict;
      if (RevisionId !== undefined && RevisionId !== `r-${latest.revision}`) return precondition;
      const invalid = fake.put(String(ImageUri));
      if (invalid !== undefined) return invalid;
      fake.updates += 1;
      return configurationOf(latest);
    },
    PublishVersion: ({ CodeSha256, RevisionId }) => {
      const conflict = busy();
      if (conflict !== undefined) return conflict;
      const present = latest.digest.slice('sha256:'.length);
      if (CodeSha256 !== undefined && CodeSha256 !== present)
        return missing(
          INVALID,
          `CodeSHA256 (${CodeSha256}) is different from current CodeSHA256 in $LATEST (${present}). Please try again with the CodeSHA256 in $LATEST.`,
        );
      if (RevisionId !== undefined && RevisionId !== `r-${latest.revision}`) return precondition;
      return shownVersion(fake.publish());
    },
    // Two at a time, so that the pages are turned; the last one may be empty.
    ListVersionsByFunction: (_, query) => {
      const all = [configurationOf(latest), ...fake.versions.map(shownVersion)];
      const from = Number(query.get('Marker') ?? 0);
      return { Versions: all.slice(from, from + 2), ...(from < all.length ? { NextMarker: String(from + 2) } : {}) };
    },
    GetAlias: () => shownAlias(),
    UpdateAlias: ({ FunctionVersion, RoutingConfig, RevisionId }) => {
      if (RevisionId !== undefined && RevisionId !== `a-${fake.alias.revision}`) return precondition;
      fake.alias.version = String(FunctionVersion);
      if (typeof RoutingConfig === 'object' && RoutingConfig !== null && 'AdditionalVersionWeights' in RoutingConfig) fake.alias.weights = {};
      fake.alias.revision += 1;
      return shownAlias();
    },
  };

  const server = createServer(async (request, response) => {
    const text = await textOf(request);
    const { action, query, named } = routeOf(request);
    fake.asked.push(action);
    const cut = fake.asked.length === fake.cut?.at ? fake.cut : undefined;
    if (cut?.when === 'before') return cut.die();
    const hook = fake.before.get(action);
    fake.before.delete(action);
    hook?.();
    const refusal = fake.refuse.get(action);
    if (refusal !== undefined && refusal.times > 0) {
      refusal.times -= 1;
      if (refusal.with !== 'silence') fail(response, refusal.with, action);
      return;
    }
    if (action === 'AssumeRole') return cut === undefined ? assume(response, new URLSearchParams(text)) : cut.die();
    if (request.headers['x-amz-security-token'] !== 'fake-session')
      return fail(response, missing('UnrecognizedClientException', 'The security token included in the request is invalid.', 403), action);
    if (!named) return fail(response, missing('ResourceNotFoundException', `Cannot find ${request.url}`, 404), action);
    const body = readBody(text);
    if (request.method !== 'GET') fake.bodies.push(body);
    const answer = actions[action]?.(body, query) ?? missing('UnknownOperationException', action, 404);
    if (cut !== undefined) return cut.die();
    if (isRefusal(answer)) return fail(response, answer, action);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const address = server.address();
  useAws(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return fake;
};

/** The function `web` and the alias `live` alone are there. */
const ROUTES: readonly (readonly [string, RegExp, string])[] = [
  ['GET', /^\/2015-03-31\/functions\/([^/]+)$/, 'GetFunction'],
  ['PUT', /^\/2015-03-31\/functions\/([^/]+)\/code$/, 'UpdateFunctionCode'],
  ['POST', /^\/2015-03-31\/functions\/([^/]+)\/versions$/, 'PublishVersion'],
  ['GET', /^\/2015-03-31\/functions\/([^/]+)\/versions$/, 'ListVersionsByFunction'],
  ['GET', /^\/2015-03-31\/functions\/([^/]+)\/aliases\/([^/]+)$/, 'GetAlias'],
  ['PUT', /^\/2015-03-31\/functions\/([^/]+)\/aliases\/([^/]+)$/, 'UpdateAlias'],
];

const routeOf = ({ method, url = '' }: IncomingMessage): { readonly action: string; readonly query: URLSearchParams; readonly named: boolean } => {
  const { pathname, searchParams } = new URL(url, 'http://fake');
  for (const [verb, path, action] of ROUTES) {
    const [, name, alias = 'live'] = (method === verb && path.exec(pathname)) || [];
    if (name !== undefined) return { action, query: searchParams, named: name === 'web' && alias === 'live' };
  }
  return { action: pathname === '/' ? 'AssumeRole' : `${method} ${pathname}`, query: searchParams, named: true };
};

const fail = (response: ServerResponse, { status, type, message }: Refusal, action: string): void => {
  if (action === 'AssumeRole') refuse(response, { status, type, message }, true);
  else response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type }).end(JSON.stringify({ Type: 'User', Message: message }));
};

const readBody = (text: string): Json => {
  const value: unknown = text === '' ? {} : JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
};

const isRefusal = (answer: Json | Refusal): answer is Refusal => 'type' in answer && 'message' in answer;
