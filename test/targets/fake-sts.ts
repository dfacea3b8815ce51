/** What every fake of AWS shares: who may act, how an answer and an error look, and STS itself. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished, vi } from 'vitest';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';
export const EXTERNAL_ID = 'it-external';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/image-triggers-target-web`;

export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

/** Points the SDK's clients of ECS, Lambda and STS at an endpoint for this test. */
export const useAws = (endpoint: string): void => {
  const settings = {
    AWS_ENDPOINT_URL_ECS: endpoint,
    AWS_ENDPOINT_URL_LAMBDA: endpoint,
    AWS_ENDPOINT_URL_STS: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
};

export const textOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
};

export const refuse = (response: ServerResponse, { status, type, message }: Refusal, xml: boolean): void => {
  if (xml)
    response
      .writeHead(status, { 'content-type': 'text/xml' })
      .end(
        `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${type}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
      );
  else response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ __type: type, message }));
};

/** Gives credentials whose session token is `fake-session` to whoever names the role and the external id. */
export const assume = (response: ServerResponse, form: URLSearchParams): void => {
  const role = form.get('RoleArn');
  if (role !== ROLE || form.get('ExternalId') !== EXTERNAL_ID) {
    const message = `User: arn:aws:sts::${ACCOUNT}:assumed-role/deploy/x is not authorized to perform: sts:AssumeRole on resource: ${role}`;
    refuse(response, { status: 403, type: 'AccessDenied', message }, true);
    return;
  }
  const credentials =
    '<AccessKeyId>AKIAFAKE</AccessKeyId><SecretAccessKey>fake</SecretAccessKey><SessionToken>fake-session</SessionToken><Expiration>2126-01-01T00:00:00Z</Expiration>';
  const user = `<AssumedRoleId>A:${form.get('RoleSessionName')}</AssumedRoleId><Arn>${ROLE}</Arn>`;
  response
    .writeHead(200, { 'content-type': 'text/xml' })
    .end(
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser>${user}</AssumedRoleUser><Credentials>${credentials}</Credentials></AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>`,
    );
};
