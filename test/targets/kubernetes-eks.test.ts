/** A cluster of EKS by the role of an application, through the real SDK clients. */
import { describe, expect, it } from 'vitest';
import { tokenFor } from '../../functions/targets/kubernetes-eks.ts';
import { CERTIFICATE } from '../outbound/certificate.ts';
import { startFakeEks, tokenProblem } from './fake-kubernetes-eks.ts';
import { REGION, ROLE } from './fake-sts.ts';
import { GREEN, NOW } from './io.ts';
import { green, kubernetesWorld, podOf, tell } from './kubernetes-world.ts';

const HOST = `sts.${REGION}.amazonaws.com`;
const EKS = { server: undefined, token: undefined, ca: undefined, eksCluster: 'shop', region: REGION, roleArn: ROLE };

const eksWorld = async () => {
  const world = await kubernetesWorld();
  const eks = await startFakeEks({
    name: 'shop',
    status: 'ACTIVE',
    endpoint: world.fake.origin,
    certificateAuthority: { data: Buffer.from(CERTIFICATE).toString('base64') },
  });
  const problems: (string | undefined)[] = [];
  world.fake.allows = (token) => {
    problems.push(tokenProblem(token, 'shop', HOST, NOW));
    return problems.at(-1) === undefined;
  };
  return { world, eks, target: world.targetWith(EKS), problems };
};

describe('a cluster of EKS', () => {
  it('is found, trusted and entered with one role for the whole attempt', async () => {
    const { world, eks, target, problems } = await eksWorld();
    expect(await tell(world, { set: green }, target)).toMatchObject({ is: 'applied' });
    expect(problems).toEqual([undefined, undefined]);
    expect(eks.asked).toEqual(['sts:AssumeRole', 'eks:DescribeCluster']);
    expect(podOf('deployment', world.fake.get(world.path)).containers).toMatchObject([{ image: `registry.example.com/shop/web:v2@${GREEN}` }, {}]);
  });

  it.each([
    [
      'is denied',
      { status: 403, type: 'AccessDeniedException', message: 'User: x is not authorized to perform: eks:DescribeCluster' },
      'refused',
      'access-denied',
      /the role may not eks:DescribeCluster.*application grant web/,
    ],
    [
      'does not exist',
      { status: 404, type: 'ResourceNotFoundException', message: 'No cluster found for name: shop.' },
      'refused',
      'target-not-found',
      /No cluster found/,
    ],
    ['is asked too often', { status: 429, type: 'ThrottlingException', message: 'Rate exceeded' }, 'unavailable', 'unavailable', /eks:DescribeCluster/],
  ] as const)('that %s: %j', async (_, refusal, is, code, detail) => {
    const { world, eks, target } = await eksWorld();
    eks.refusal = refusal;
    expect(await target.read({ set: green }, world.io())).toMatchObject({ is, why: { code, detail: expect.stringMatching(detail) } });
    expect(world.fake.asked).toEqual([]);
  });

  it('that is being made has no address yet', async () => {
    const { world, eks, target } = await eksWorld();
    eks.cluster = { name: 'shop', status: 'CREATING' };
    expect(await target.read({ set: green }, world.io())).toMatchObject({
      is: 'unavailable',
      why: { detail: 'the EKS cluster shop has no address yet: it is CREATING' },
    });
  });

  it('that knows the role, and has no access entry for it, says so', async () => {
    const { world, target } = await eksWorld();
    world.fake.allows = () => false;
    expect(await target.read({ set: green }, world.io())).toMatchObject({
      is: 'refused',
      why: { code: 'access-denied', detail: expect.stringContaining('the role has no access entry in the cluster') },
    });
  });
});

describe('a token', () => {
  const credentials = { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake', sessionToken: 'session/with+signs==' };
  const make = (region = REGION, cluster = 'shop') => tokenFor({ eksCluster: cluster, region }, credentials, NOW);

  it('is what the authenticator of the cluster reads and STS takes', async () => {
    expect(tokenProblem(await make(), 'shop', HOST, NOW)).toBeUndefined();
  });

  it('is for one cluster, and for fifteen minutes', async () => {
    expect(tokenProblem(await make(), 'other', HOST, NOW)).toBe('the signature is another one');
    expect(tokenProblem(await make(), 'shop', HOST, NOW + 900_001)).toContain('X-Amz-Date');
  });

  it.each([
    ['us-east-1', 'sts.us-east-1.amazonaws.com'],
    ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
    ['us-gov-west-1', 'sts.us-gov-west-1.amazonaws.com'],
  ])('of %s leads to %s, whatever the environment says of STS', async (region, host) => {
    await startFakeEks({ name: 'shop' });
    expect(tokenProblem(await make(region), 'shop', host, NOW)).toBeUndefined();
  });
});
