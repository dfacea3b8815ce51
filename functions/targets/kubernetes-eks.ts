/**
 * A cluster of Amazon EKS: its address and authority by `DescribeCluster`, and a bearer token made of a presigned
 * `GetCallerIdentity`. Imported dynamically: the client and the signer are for its users only.
 *
 * The token is what aws-iam-authenticator verifies (pkg/token/token.go) and `aws eks get-token` prints: no parameter but
 * those of the signature, the name of the cluster in a signed header, good for 15 minutes whatever it says itself.
 */
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsFailure, asking } from './aws-errors.ts';
import { assumeRole, type RoleCredentials, TIMES } from './aws-role.ts';
import type { Access } from './kubernetes-api.ts';
import type { EksPlace } from './kubernetes-config.ts';
import { KubernetesFailure, unavailable } from './kubernetes-errors.ts';
import type { TargetIo } from './target.ts';

/** Old authenticators refuse a larger number; nobody looks at it otherwise. */
const SECONDS = 60;

/** Throws `AwsFailure`, or `KubernetesFailure` for a cluster that has no address yet. */
export const accessEks = async (place: EksPlace, application: string, io: TargetIo): Promise<Access> => {
  const credentials = await assumeRole(place.roleArn, application, io);
  const { endpoint, certificate } = await describe(place, credentials, io);
  return { server: endpoint, ca: certificate, token: await tokenFor(place, credentials, io.now()) };
};

const describe = async (
  { eksCluster: name, region }: EksPlace,
  credentials: RoleCredentials,
  io: TargetIo,
): Promise<{ readonly endpoint: string; readonly certificate: string }> => {
  const client = new EKSClient({ ...TIMES, region, credentials });
  try {
    const { cluster } = await asking('eks:DescribeCluster', client.send(new DescribeClusterCommand({ name }), { abortSignal: io.signal }));
    const { endpoint, certificateAuthority, status } = cluster ?? {};
    if (endpoint === undefined || certificateAuthority?.data === undefined)
      throw new KubernetesFailure(unavailable(`the EKS cluster ${name} has no address yet: it is ${status ?? 'in an unknown state'}`));
    return { endpoint: endpoint.replace(/\/+$/, ''), certificate: Buffer.from(certificateAuthority.data, 'base64').toString('utf8') };
  } finally {
    client.destroy();
  }
};

/** `now` in milliseconds. */
export const tokenFor = async ({ eksCluster, region }: Pick<EksPlace, 'eksCluster' | 'region'>, credentials: RoleCredentials, now: number): Promise<string> => {
  const { hostname, sha256 } = stsOf(region);
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256 });
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': eksCluster },
    },
    { expiresIn: SECONDS, signingDate: new Date(now) },
  );
  const parameters = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${parameters.join('&')}`).toString('base64url')}`;
};

/** The region's own STS, as the client knows it in each partition, and never where the environment points the client: AWS is who reads this. */
const stsOf = (region: string) => {
  const client = new STSClient({ region });
  try {
    const { url } = client.config.endpointProvider({ Region: region, UseDualStack: false, UseFIPS: false, UseGlobalEndpoint: false });
    return { hostname: url.hostname, sha256: client.config.sha256 };
  } catch (error) {
    throw new AwsFailure('sts:GetCallerIdentity', error);
  } finally {
    client.destroy();
  }
};
