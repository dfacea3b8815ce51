/** Events of Amazon ECR as EventBridge sends them. */
export const ECR_ACCOUNT = '123456789012';
export const ECR_REGION = 'eu-west-1';
export const ECR_HOST = `${ECR_ACCOUNT}.dkr.ecr.${ECR_REGION}.amazonaws.com`;
export const ECR_DIGEST = `sha256:${'7f5b2640'.repeat(8)}`;

export const ecrEvent = (change: Readonly<Record<string, unknown>> = {}, detail: Readonly<Record<string, unknown>> = {}) => ({
  version: '0',
  id: '13cde686-328b-6117-af20-0e5566167482',
  'detail-type': 'ECR Image Action',
  source: 'aws.ecr',
  account: ECR_ACCOUNT,
  time: '2026-06-30T11:59:58Z',
  region: ECR_REGION,
  resources: [],
  detail: {
    result: 'SUCCESS',
    'repository-name': 'shop/web',
    'image-digest': ECR_DIGEST,
    'action-type': 'PUSH',
    'image-tag': 'v1',
    'manifest-media-type': 'application/vnd.oci.image.index.v1+json',
    'artifact-media-type': 'application/vnd.oci.image.config.v1+json',
    ...detail,
  },
  ...change,
});
