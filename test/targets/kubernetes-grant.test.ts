/** What `application grant` prints: enough for a deployment, and for nothing else. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { TargetDefinition } from '../../functions/core/definitions.ts';
import type { WorkloadName } from '../../functions/targets/kubernetes-kinds.ts';
import { REGION, ROLE } from './fake-sts.ts';
import { targetOf } from './kinds.ts';
import { kubernetesWorld, tell } from './kubernetes-world.ts';

const SERVER = { kind: 'kubernetes', server: 'https://k8s.example.com', token: 'ssm:/image-triggers/token', namespace: 'shop', workload: 'deployment/web' };
const EKS = { kind: 'kubernetes', eksCluster: 'shop', region: REGION, roleArn: ROLE, namespace: 'shop', workload: 'deployment/web' };

const Rule = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  resourceNames: z.optional(z.array(z.string())),
  verbs: z.array(z.string()),
});
const Item = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string(), namespace: z.string() }), rules: z.optional(z.array(Rule)) });
const Manifest = z.object({ apiVersion: z.literal('v1'), kind: z.literal('List'), items: z.array(Item) });
const Template = z.object({
  Metadata: z.object({ Kubernetes: Manifest }),
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.looseObject({}) })),
});

const granted = (definition: TargetDefinition, application = 'web') => {
  const target = targetOf(definition);
  if (!target.ok) throw new Error(target.why);
  return target.value.grant?.({ deployRoleArn: 'arn:aws:iam::210987654321:role/deploy', externalId: 'external', application });
};
const rulesOf = ({ items }: z.infer<typeof Manifest>) => items.flatMap(({ rules = [] }) => rules);
/** `patch deployments/web`, as the fake says what it was asked. */
const allowed = (manifest: z.infer<typeof Manifest>): readonly string[] =>
  rulesOf(manifest).flatMap(({ resources, resourceNames = [undefined], verbs }) =>
    verbs.flatMap((verb) => resources.flatMap((resource) => resourceNames.map((name) => `${verb} ${resource}${name === undefined ? '' : `/${name}`}`))),
  );

describe('inside a cluster', () => {
  it.each<WorkloadName>(['deployment', 'statefulset', 'daemonset', 'cronjob', 'rollout'])(
    'a %s is granted exactly what its deployment asks for',
    async (kind) => {
      const world = await kubernetesWorld(kind);
      const outcome = await tell(world);
      if (outcome.is !== 'applied') throw new Error(JSON.stringify(outcome));
      world.fake.edit(world.path, (object) => void Object.assign(object, { status: { observedGeneration: 2, desiredNumberScheduled: 2 } }));
      await world.target.observe(outcome.handle, world.io());
      const manifest = Manifest.parse(granted({ ...SERVER, workload: `${kind}/web` }));
      expect([...allowed(manifest)].sort()).toEqual([...new Set(world.fake.asked)].sort());
    },
  );

  it('a template is granted the usual kinds of its namespace, to be made and changed, and never secrets or roles', () => {
    const manifest = Manifest.parse(granted({ ...SERVER, workload: undefined, template: true }));
    expect(allowed(manifest)).toEqual(expect.arrayContaining(['create deployments', 'patch services', 'get ingresses', 'list pods']));
    expect(rulesOf(manifest).flatMap(({ resources }) => resources)).not.toEqual(expect.arrayContaining(['secrets']));
    expect(rulesOf(manifest).flatMap(({ verbs, resources }) => [...verbs, ...resources])).not.toContain('*');
    expect(manifest.items.every(({ kind, metadata }) => !kind.startsWith('Cluster') && metadata.namespace === 'shop')).toBe(true);
  });
});

describe('where there is no IAM', () => {
  it('it is a service account with a token that does not end, bound to the role', () => {
    const manifest = Manifest.parse(granted(SERVER, 'my_web-'));
    const name = 'image-triggers-my-web';
    expect(manifest.items.map(({ kind, metadata }) => [kind, metadata.name])).toEqual([
      ['ServiceAccount', name],
      ['Secret', name],
      ['Role', name],
      ['RoleBinding', name],
    ]);
    expect(manifest.items[1]).toMatchObject({
      type: 'kubernetes.io/service-account-token',
      metadata: { annotations: { 'kubernetes.io/service-account.name': name } },
    });
    expect(manifest.items[3]).toMatchObject({ roleRef: { kind: 'Role', name }, subjects: [{ kind: 'ServiceAccount', name, namespace: 'shop' }] });
  });
});

describe('for EKS', () => {
  it('it is the role that the application names, which may look at one cluster', () => {
    const { Resources } = Template.parse(granted(EKS));
    expect(Resources.Role).toMatchObject({
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'image-triggers-target-web',
        AssumeRolePolicyDocument: {
          Statement: [{ Principal: { AWS: 'arn:aws:iam::210987654321:role/deploy' }, Condition: { StringEquals: { 'sts:ExternalId': 'external' } } }],
        },
        Policies: [{ PolicyDocument: { Statement: [{ Action: 'eks:DescribeCluster', Resource: 'arn:aws:eks:eu-west-1:123456789012:cluster/shop' }] } }],
      },
    });
  });

  it('its access entry has the group to which the manifest gives its rights', () => {
    const { Metadata, Resources } = Template.parse(granted(EKS));
    expect(Resources.AccessEntry).toEqual({
      Type: 'AWS::EKS::AccessEntry',
      Properties: { ClusterName: 'shop', PrincipalArn: { 'Fn::GetAtt': ['Role', 'Arn'] }, KubernetesGroups: ['image-triggers:web'], Type: 'STANDARD' },
    });
    expect(Metadata.Kubernetes.items.map(({ kind }) => kind)).toEqual(['Role', 'RoleBinding']);
    expect(Metadata.Kubernetes.items[1]).toMatchObject({ subjects: [{ kind: 'Group', name: 'image-triggers:web', apiGroup: 'rbac.authorization.k8s.io' }] });
  });
});
