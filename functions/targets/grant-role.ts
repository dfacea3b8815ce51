/** The role in a grant: of the name that the application gives it, and trusted by the deploying role alone. */
import { partsOfRole } from './aws-config.ts';
import type { Trust } from './target.ts';

/** As a CloudFormation resource; `statements` of its one policy. */
export const grantRole = (roleArn: string, { deployRoleArn, externalId, application }: Trust, statements: readonly object[]): object => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: partsOfRole(roleArn).name,
    Description: `Image Triggers, application ${application}`,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: deployRoleArn }, Action: 'sts:AssumeRole', Condition: { StringEquals: { 'sts:ExternalId': externalId } } },
      ],
    },
    Policies: [{ PolicyName: 'deploy', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
  },
});
