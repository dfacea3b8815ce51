/**
 * What a deployment needs. On EKS: a CloudFormation template with the IAM role and its access entry, and in its metadata
 * the manifest that gives the entry's group its rights inside the cluster. Elsewhere: a manifest alone, with a service
 * account and a token that does not end.
 */
import { partsOfRole } from './aws-config.ts';
import { grantRole } from './grant-role.ts';
import type { EksPlace, KubernetesConfig } from './kubernetes-config.ts';
import { objectName, roleManifest } from './kubernetes-rbac.ts';
import type { Trust } from './target.ts';

export const grantKubernetes = (config: KubernetesConfig, trust: Trust): object =>
  'server' in config.place ? serviceAccount(config, trust.application) : eksRole(config, config.place, trust);

const serviceAccount = (config: KubernetesConfig, application: string): object => {
  const metadata = { name: objectName(application), namespace: config.namespace };
  return roleManifest(config, application, { kind: 'ServiceAccount', ...metadata }, [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    // https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
    {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: { ...metadata, annotations: { 'kubernetes.io/service-account.name': metadata.name } },
    },
  ]);
};

const eksRole = (config: KubernetesConfig, { eksCluster, region, roleArn }: EksPlace, trust: Trust): object => {
  const { application } = trust;
  const { partition, account } = partsOfRole(roleArn);
  const group = `image-triggers:${application}`;
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Lets Image Triggers reach the EKS cluster ${eksCluster} for the application ${application}. The manifest in Metadata.Kubernetes is to be applied to the cluster as well.`,
    Metadata: { Kubernetes: roleManifest(config, application, { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }) },
    Resources: {
      Role: grantRole(roleArn, trust, [
        { Sid: 'Cluster', Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: `arn:${partition}:eks:${region}:${account}:cluster/${eksCluster}` },
      ]),
      // Needs the cluster's authentication mode to be API or API_AND_CONFIG_MAP.
      AccessEntry: {
        Type: 'AWS::EKS::AccessEntry',
        Properties: { ClusterName: eksCluster, PrincipalArn: { 'Fn::GetAtt': ['Role', 'Arn'] }, KubernetesGroups: [group], Type: 'STANDARD' },
      },
    },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  };
};
