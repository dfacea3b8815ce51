/** Credentials of the role that an application names: the only way in which a deployment touches AWS. */
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { asking } from './aws-errors.ts';
import type { TargetIo } from './target.ts';

export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/**
 * Times of every AWS client of a target. Two tries of each end before the attempt does, and the attempt's own signal
 * ends them all. Without `throwOnRequestTimeout` the SDK only warns.
 */
export const TIMES = { maxAttempts: 2, requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true } } as const;

/** The least that STS gives. */
const SECONDS = 900;

/** Throws `AwsFailure`. The session is named after the application, so that CloudTrail says who deployed. */
export const assumeRole = async (roleArn: string, application: string, io: TargetIo): Promise<RoleCredentials> => {
  const client = new STSClient(TIMES);
  try {
    const { Credentials } = await asking(
      'sts:AssumeRole',
      client.send(
        new AssumeRoleCommand({
          RoleArn: roleArn,
          ExternalId: io.externalId,
          RoleSessionName: `image-triggers-${application}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 64),
          DurationSeconds: SECONDS,
        }),
        { abortSignal: io.signal },
      ),
    );
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = Credentials ?? {};
    if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined) throw new Error('STS gave no credentials');
    return { accessKeyId, secretAccessKey, sessionToken };
  } finally {
    client.destroy();
  }
};
