/**
 * Parts of the AWS SDK that have no work in a Lambda function, replaced by what they would come to there. The size of a
 * bundle is time before its first answer; and a file or an address that is never asked cannot be slow or lie.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

interface Replacement {
  /** Inside `node_modules`. */
  readonly file: string;
  /** Instead of the file, or what is made of it. */
  readonly contents: string | ((source: string) => string);
}

/** Services that functions speak to by a client of the SDK, as their host names begin. */
export const SERVICES = {
  '@aws-sdk/client-dynamodb': 'dynamodb',
  '@aws-sdk/client-ecr': 'api.ecr',
  '@aws-sdk/client-ecs': 'ecs',
  '@aws-sdk/client-eks': 'eks',
  '@aws-sdk/client-lambda': 'lambda',
  '@aws-sdk/client-secrets-manager': 'secretsmanager',
  '@aws-sdk/client-ssm': 'ssm',
  '@aws-sdk/client-sts': 'sts',
} as const;

const ENDPOINT_RULE = JSON.stringify(join(import.meta.dirname, 'endpoint-rule.ts'));

export const REPLACEMENTS: readonly Replacement[] = [
  ...Object.entries(SERVICES).map(([client, service]) => ({
    file: `${client}/dist-es/endpoint/endpointResolver.js`,
    contents: `import { endpointRule } from ${ENDPOINT_RULE};\nexport const defaultEndpointResolver = endpointRule('${service}');`,
  })),
  // There is no ~/.aws in a function: the SDK would read for two files that are not there before its first call.
  {
    file: '@smithy/core/dist-es/submodules/config/shared-ini-file-loader/loadSharedConfigFiles.js',
    contents: "export const CONFIG_PREFIX_SEPARATOR = '.';\nexport const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });",
  },
  // Nor an instance metadata endpoint: the region is in the environment.
  {
    file: '@smithy/core/dist-es/submodules/config/config-resolver/regionConfig/getInstanceMetadataRegion.js',
    contents: 'export const getInstanceMetadataRegion = async () => undefined;',
  },
  // node:crypto always has these two in Lambda; the SDK carries JavaScript ones for where it does not.
  { file: '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Js.js', contents: 'export const Sha256Js = undefined;' },
  { file: '@smithy/core/dist-es/submodules/checksum/md5/Md5Js.js', contents: 'export const Md5Js = undefined;' },
  // Nothing asks for a CRC-32, for which node:zlib would be loaded.
  { file: '@smithy/core/dist-es/submodules/checksum/crc32/Crc32Node.js', contents: 'export const Crc32Node = undefined;' },
  // Answers are streams of Node. To ask whether one is a stream of the web loads those.
  {
    file: '@smithy/core/dist-es/submodules/serde/util-stream/stream-type-check.js',
    contents: 'export const isReadableStream = () => false;\nexport const isBlob = () => false;',
  },
  // Ids of requests: those of node:crypto, which is loaded already. To ask whether there is a crypto of the web loads that.
  {
    file: '@smithy/core/dist-es/submodules/serde/uuid/v4.js',
    contents: "import { randomUUID } from 'node:crypto';\nexport const bindV4 = () => () => randomUUID();",
  },
  // A way to retry (should AWS_RETRY_MODE ask for it, the usual one is taken) and one to sign that nothing here takes.
  {
    file: '@smithy/core/dist-es/submodules/retry/util-retry/AdaptiveRetryStrategy.js',
    contents: "export { StandardRetryStrategy as AdaptiveRetryStrategy } from './StandardRetryStrategy';",
  },
  { file: '@smithy/signature-v4/dist-es/HeaderFormatter.js', contents: 'export class HeaderFormatter {}' },
  // No client is given a logger.
  {
    file: '@aws-sdk/core/dist-es/submodules/client/middleware-logger/loggerMiddleware.js',
    contents: `export const loggerMiddleware = undefined;
export const loggerMiddlewareOptions = undefined;
export const getLoggerPlugin = () => ({ applyToStack: () => {} });`,
  },
  // A trace goes on through queues alone: store/queue-client.ts hands it on.
  {
    file: '@aws-sdk/core/dist-es/submodules/client/middleware-recursion-detection/getRecursionDetectionPlugin.js',
    contents: 'export const getRecursionDetectionPlugin = () => ({ applyToStack: () => {} });',
  },
  // Who asks is said by name. The SDK would tell which of its parts are in use.
  {
    file: '@aws-sdk/core/dist-es/submodules/client/middleware-user-agent/user-agent-middleware.js',
    contents: `export const userAgentMiddleware = () => (next) => (args) => {
  args.request.headers['user-agent'] = 'image-triggers';
  return next(args);
};
export const getUserAgentMiddlewareOptions = { name: 'getUserAgentMiddleware', step: 'build', priority: 'low', override: true };
export const getUserAgentPlugin = () => ({ applyToStack: (stack) => stack.add(userAgentMiddleware(), getUserAgentMiddlewareOptions) });`,
  },
  {
    file: '@aws-sdk/core/dist-es/submodules/client/util-user-agent-node/defaultUserAgent.js',
    contents: `export const createDefaultUserAgentProvider = () => undefined;
export const defaultUserAgent = undefined;
export const crtAvailability = undefined;`,
  },
  // What only endpoint rules ask: the table of all partitions.
  { file: '@aws-sdk/core/dist-es/submodules/client/util-endpoints/aws.js', contents: 'export const awsEndpointFunctions = undefined;' },
  // Errors that nothing asks for by their class keep their name, their message, and whether they are tried again.
  {
    file: '@aws-sdk/client-dynamodb/dist-es/schemas/schemas_0.js',
    contents: (source) => source.replaceAll(/^n0_registry\.registerError\((?!ConditionalCheckFailedException\$).*$/gm, ''),
  },
  // DynamoDB's endpoint discovery is off unless asked for, is needed by none of the commands used, and brings a cache library along.
  {
    file: '@aws-sdk/middleware-endpoint-discovery/dist-es/index.js',
    contents: `export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = { environmentVariableSelector: () => undefined, configFileSelector: () => undefined, default: false };
export const resolveEndpointDiscoveryConfig = (input) => input;`,
  },
  // Only named as what discovers endpoints.
  { file: '@aws-sdk/client-dynamodb/dist-es/commands/DescribeEndpointsCommand.js', contents: 'export const DescribeEndpointsCommand = undefined;' },
];

export const sdkReplacements: Plugin = {
  name: 'sdk-replacements',
  setup(build) {
    const byFile = new Map(REPLACEMENTS.map(({ file, contents }) => [join('node_modules', file), contents]));
    build.onLoad({ filter: /[\\/]node_modules[\\/]@(aws-sdk|smithy)[\\/].*\.js$/ }, async ({ path }) => {
      const contents = byFile.get(path.slice(path.lastIndexOf(`node_modules`)));
      if (contents === undefined) return undefined;
      return { contents: typeof contents === 'string' ? contents : contents(await readFile(path, 'utf8')), loader: 'js' };
    });
  },
};

/** The SDK imports its package.json files for one field: the version in the user agent. */
export const versionOnly: Plugin = {
  name: 'version-only',
  setup(build) {
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const manifest: unknown = (await import(path, { with: { type: 'json' } })).default;
      const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
