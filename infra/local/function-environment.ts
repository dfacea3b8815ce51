/** The environment of a function process: what the template says, what the Lambda runtime sets, and where this machine's endpoints are. Nothing else of the engine's own environment. */
import type { FunctionSpec } from './plan-functions.ts';

interface EnvironmentGround {
  readonly awsUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** `host:port` entries that outbound calls may reach although they are loopback. */
  readonly allow: readonly string[];
  /** Socket with the Docker Engine API, where the engine was given one. */
  readonly docker?: string;
  /** The engine's own environment. */
  readonly outer: Readonly<Record<string, string | undefined>>;
}

/** Variables with this prefix are handed on, and are what `env:` references may read. The names of the switches stand in `functions/env.ts`. */
const SECRET_ENV_PREFIX = 'IMAGE_TRIGGERS_SECRET_';

/** Endpoints of services that the engine does not have may point elsewhere, for example at another emulator. */
const HANDED_ON = /^AWS_ENDPOINT_URL_[A-Z0-9_]+$/;

export const environmentOf = (
  spec: FunctionSpec,
  { awsUrl, region, accessKeyId, secretAccessKey, allow, docker, outer }: EnvironmentGround,
): Readonly<Record<string, string>> => ({
  // The engine has no ECR, and says so; AWS itself is asked only where somebody says it.
  AWS_ENDPOINT_URL_ECR: awsUrl,
  ...handedOn(outer),
  PATH: outer.PATH ?? '',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: spec.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  LAMBDA_TASK_ROOT: spec.directory,
  _HANDLER: spec.handler,
  AWS_ENDPOINT_URL_DYNAMODB: awsUrl,
  AWS_ENDPOINT_URL_SQS: awsUrl,
  AWS_ENDPOINT_URL_SSM: awsUrl,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: awsUrl,
  OUTBOUND_ALLOW: allow.join(','),
  SECRET_ENV_PREFIX,
  ...(docker === undefined ? {} : { DOCKER_SOCKET: docker }),
  ...spec.environment,
});

const handedOn = (outer: EnvironmentGround['outer']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(outer).flatMap(([name, value]) =>
      value !== undefined && (name.startsWith(SECRET_ENV_PREFIX) || HANDED_ON.test(name)) ? [[name, value]] : [],
    ),
  );
