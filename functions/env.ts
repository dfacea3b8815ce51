/**
 * Names of all environment variables. Handlers read them, constructs set them, and the local engine adds the
 * last group: one list, so that none can drift. Imports nothing.
 */
export const ENV = {
  /** Table of hooks, triggers, applications and application states. */
  definitionsTable: 'DEFINITIONS_TABLE',
  /** Table of calls, attempts and duplicate marks. */
  callsTable: 'CALLS_TABLE',
  pushesQueueUrl: 'PUSHES_QUEUE_URL',
  deploymentsQueueUrl: 'DEPLOYMENTS_QUEUE_URL',
  /** After how many receives a deployments message goes to the dead-letter queue. */
  maxReceives: 'MAX_RECEIVES',
  /** Days that calls are kept. */
  retentionDays: 'RETENTION_DAYS',
  /** Base of webhook URLs, without a slash at the end: `https://…`. */
  webhookBaseUrl: 'WEBHOOK_BASE_URL',
  /** ARN of the secret under which the secrets of hooks are sealed. */
  stackSecretArn: 'STACK_SECRET_ARN',
  /** What target roles require of whoever assumes them. */
  externalId: 'EXTERNAL_ID',
  /** ARN of the role of `deploy`, named in the trust policy of granted roles. */
  deployRoleArn: 'DEPLOY_ROLE_ARN',
  /** Host of the registry of Amazon ECR in the stack's own account and region. */
  ecrRegistry: 'ECR_REGISTRY',
  /** Only where the stack hears pushes to it: `all`, or the repositories with "," between them (`shop/web,team/*`). */
  ecrRepositories: 'ECR_REPOSITORIES',
  /** Only where switched on (the local engine): `host:port,host:port` that outbound calls may reach although they are loopback or plain http. */
  outboundAllow: 'OUTBOUND_ALLOW',
  /** Only where switched on (the local engine): prefix of environment variables that `env:` references may read. */
  secretEnvPrefix: 'SECRET_ENV_PREFIX',
  /** Only where switched on (the local engine): path of a socket with the Docker Engine API. */
  dockerSocket: 'DOCKER_SOCKET',
} as const;

/** The value of a required variable; an error naming it when missing. */
export const required = (env: Readonly<Record<string, string | undefined>>, name: string): string => {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set: the stack sets it; outside the stack set it yourself`);
  return value;
};
