import { describe, expect, test } from 'vitest';
import { ecrHost, ecrHosts } from '../../functions/core/ecr-host.ts';

const ACCOUNT = '123456789012';

describe('the host of an account and region', () => {
  test.each([
    ['eu-west-1', `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`],
    ['ap-southeast-7', `${ACCOUNT}.dkr.ecr.ap-southeast-7.amazonaws.com`],
    ['us-gov-west-1', `${ACCOUNT}.dkr.ecr.us-gov-west-1.amazonaws.com`],
    ['cn-north-1', `${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn`],
    ['us-iso-east-1', `${ACCOUNT}.dkr.ecr.us-iso-east-1.c2s.ic.gov`],
    ['us-isob-east-1', `${ACCOUNT}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov`],
    ['eusc-de-east-1', `${ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.eu`],
  ])('%s', (region, host) => {
    expect(ecrHost(ACCOUNT, region)).toBe(host);
    expect(ecrHosts(host)?.[0]).toBe(host);
  });

  test.each([
    ['12345678901', 'eu-west-1'],
    ['1234567890123', 'eu-west-1'],
    ['evil.example/', 'eu-west-1'],
    ['', 'eu-west-1'],
    [ACCOUNT, ''],
    [ACCOUNT, 'eu-west'],
    [ACCOUNT, 'evil.example'],
    [ACCOUNT, 'EU-WEST-1'],
    [ACCOUNT, 'eu-west-1\n'],
  ])('is none of %j in %j', (account, region) => expect(ecrHost(account, region)).toBeUndefined());
});

describe('the names of one registry', () => {
  const names = [
    `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`,
    `${ACCOUNT}.dkr.ecr-fips.eu-west-1.amazonaws.com`,
    `${ACCOUNT}.dkr-ecr.eu-west-1.on.aws`,
    `${ACCOUNT}.dkr-ecr-fips.eu-west-1.on.aws`,
  ];
  test.each(names)('are the same by each: %s', (name) => {
    expect(ecrHosts(name)).toEqual(names);
    expect(ecrHosts(name.toUpperCase())).toEqual(names);
  });

  test.each([
    'docker.io',
    'public.ecr.aws',
    `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com.evil.example`,
    `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com.cn`,
    `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com:443`,
    `x${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`,
    `${ACCOUNT}.dkr.ecr..amazonaws.com`,
    `${ACCOUNT}.dkr.ecr.us-iso-east-1.on.aws`,
    '',
  ])('are none of %j', (host) => expect(ecrHosts(host)).toBeUndefined());
});
