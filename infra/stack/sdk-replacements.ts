/**
 * Parts of the AWS SDK that have no work in a Lambda function, replaced by what they would come to there. The size of a
 * bundle is time before its first answer; and a file or an address that is never asked cannot be slow or lie.
 */
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

interface Replacement {
  /** Inside `node_modules`. */
  readonly file: string;
  readonly contents: string;
}

export const REPLACEMENTS: readonly Replacement[] = [
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
    build.onLoad({ filter: /[\\/]node_modules[\\/]@(aws-sdk|smithy)[\\/].*\.js$/ }, ({ path }) => {
      const contents = byFile.get(path.slice(path.lastIndexOf(`node_modules`)));
      return contents === undefined ? undefined : { contents, loader: 'js' };
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
