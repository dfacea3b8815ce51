/** A stack on AWS: its API's URL from its outputs, and requests signed with SigV4 by whatever credentials the machine has. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Sign } from './connect.ts';
import { CliError } from './io.ts';

const URL_OUTPUT = 'ApiUrl';

/** The clients are heavy and only needed here. */
const credentials = async () => (await import('@aws-sdk/credential-providers')).fromNodeProviderChain();

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
  const client = new CloudFormationClient({ ...(region === undefined ? {} : { region }), credentials: await credentials() });
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    const outputs = (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const);
    return { outputs: new Map(outputs), region: await client.config.region() };
  } catch (error) {
    if (error instanceof CliError) throw error;
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new CliError(`the stack ${stack} cannot be described (${what}): check its name, --region, and the AWS credentials of this machine`);
  } finally {
    client.destroy();
  }
};

export const signedBy =
  (region: string): Sign =>
  async ({ method, url, headers, body }) => {
    const signer = new SignatureV4({ service: 'execute-api', region, credentials: await credentials(), sha256: Sha256 });
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
