/** A stack on AWS: its API's URL from its outputs, and requests signed with SigV4 by whatever credentials the machine has. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { awsClient, denied } from './aws.ts';
import type { Sign } from './connect.ts';
import { CliError } from './io.ts';

const URL_OUTPUT = 'ApiUrl';

export const stackUrl = async (stack: string, region: string | undefined): Promise<{ readonly url: string; readonly region: string }> => {
  const { outputs, region: found } = await stackOutputs(stack, region);
  const url = outputs.get(URL_OUTPUT);
  if (url === undefined) throw new CliError(`the stack ${stack} has no output ${URL_OUTPUT}: is it one of Image Triggers? "npm run deploy" makes one`);
  return { url, region: found };
};

export const stackOutputs = async (
  stack: string,
  region: string | undefined,
): Promise<{ readonly outputs: ReadonlyMap<string, string>; readonly region: string }> => {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient(await awsClient(region));
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    const outputs = (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const);
    return { outputs: new Map(outputs), region: await client.config.region() };
  } catch (error) {
    throw denied(
      error,
      'cloudformation:DescribeStacks',
      (what) => new CliError(`the stack ${stack} cannot be described (${what}): check its name, --region, and the AWS credentials of this machine`),
    );
  } finally {
    client.destroy();
  }
};

/** One chain of credentials for all requests of a command: each would ask its program or its single sign-on anew. */
export const signedBy = async (region: string): Promise<Sign> => {
  const { credentials } = await awsClient(region);
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  return async ({ method, url, headers, body }) => {
    const signed = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, host: url.host },
      ...(body === undefined ? {} : { body }),
    });
    // `fetch` writes the host itself, and it is the same.
    const { host: _, ...rest } = signed.headers;
    return rest;
  };
};
