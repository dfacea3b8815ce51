/** The one rule for endpoints that bundles hold says what the rules of the SDK say: of each service, in every region. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EKSClient } from '@aws-sdk/client-eks';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { describe, expect, it, vi } from 'vitest';
import { endpointRule } from '../../infra/stack/endpoint-rule.ts';
import { SERVICES } from '../../infra/stack/sdk-replacements.ts';

vi.setConfig({ testTimeout: 60_000 });

const PLAIN = { UseFIPS: false, UseDualStack: false } as const;
const region = 'eu-west-1';
const RULES = {
  '@aws-sdk/client-dynamodb': new DynamoDBClient({ region }).config.endpointProvider,
  '@aws-sdk/client-ecr': new ECRClient({ region }).config.endpointProvider,
  '@aws-sdk/client-ecs': new ECSClient({ region }).config.endpointProvider,
  '@aws-sdk/client-eks': new EKSClient({ region }).config.endpointProvider,
  '@aws-sdk/client-lambda': new LambdaClient({ region }).config.endpointProvider,
  '@aws-sdk/client-secrets-manager': new SecretsManagerClient({ region }).config.endpointProvider,
  '@aws-sdk/client-ssm': new SSMClient({ region }).config.endpointProvider,
  '@aws-sdk/client-sts': (asked: typeof PLAIN & { readonly Region?: string; readonly Endpoint?: string }) =>
    new STSClient({ region }).config.endpointProvider({ ...asked, UseGlobalEndpoint: false }),
} as const satisfies Record<keyof typeof SERVICES, unknown>;

/** Those that CDK knows, and one more of each partition that may come. */
const REGIONS = [...RegionInfo.regions.map(({ name }) => name), 'eu-new-9', 'cn-new-9', 'us-gov-new-9', 'eusc-de-new-9', 'us-iso-new-9', 'us-isob-new-9'];

describe('the endpoint of a service', () => {
  it.each(Object.entries(SERVICES))('%s', (client, service) => {
    const theirs = Object.entries(RULES).find(([name]) => name === client)?.[1];
    const ours = endpointRule(service);
    const all = (rule: (asked: typeof PLAIN & { readonly Region: string }) => { readonly url: URL; readonly properties?: object } | undefined) =>
      REGIONS.map((Region) => {
        const { url, properties = {} } = rule({ ...PLAIN, Region }) ?? {};
        return { Region, url: url?.href, properties };
      });
    expect(all(ours)).toEqual(all((asked) => theirs?.(asked)));
    const given = { ...PLAIN, Region: region, Endpoint: 'https://127.0.0.1:4566/below' };
    expect(ours(given).url.href).toBe(theirs?.(given).url.href);
  });

  it('is of more partitions than one', () => {
    expect(new Set(REGIONS.map((Region) => endpointRule('ssm')({ Region }).url.hostname.split(`${Region}.`)[1])).size).toBeGreaterThanOrEqual(7);
  });

  it('is refused where it would be another than what was asked for', () => {
    expect(() => endpointRule('ssm')({ Region: region, UseFIPS: true })).toThrow('AWS_USE_FIPS_ENDPOINT');
    expect(() => endpointRule('ssm')({ Region: region, UseDualStack: true })).toThrow('AWS_ENDPOINT_URL_<SERVICE>');
    expect(() => endpointRule('ssm')({})).toThrow('AWS_REGION');
  });
});
