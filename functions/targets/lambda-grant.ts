/**
 * The smallest role for one application, as a CloudFormation template to be created in the account of its `roleArn`. What
 * each action can be narrowed to is taken from the Service Authorization Reference of AWS Lambda. That whoever updates a
 * function must be able to read the image, and not only Lambda itself, stands in the AWS knowledge center ("lambda-ecr-image").
 */
import { partsOfRole } from './aws-config.ts';
import { grantRole } from './grant-role.ts';
import type { LambdaConfig } from './lambda-config.ts';
import type { Trust } from './target.ts';

export const grantLambda = ({ region, function: name, roleArn, publish, alias }: LambdaConfig, trust: Trust): object => {
  const { partition, account } = partsOfRole(roleArn);
  const arn = `arn:${partition}:lambda:${region}:${account}:function:${name}`;
  const allow = (Sid: string, Action: string | readonly string[], Resource: unknown): object => ({ Sid, Effect: 'Allow', Action, Resource });
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Lets Image Triggers deploy the application ${trust.application} to the Lambda function ${name}, and nothing else.`,
    Parameters: {
      RepositoryArn: {
        Type: 'String',
        AllowedPattern: 'arn:aws[a-z-]*:ecr:[a-z0-9-]+:\\d{12}:repository/[a-z0-9._/-]+',
        Description: `ARN of the ECR repository of the function's image: what "aws lambda get-function --region ${region} --function-name ${name} --query Code.ImageUri" prints names it.`,
      },
    },
    Resources: {
      Role: grantRole(roleArn, trust, [
        // With an alias the version that it leads to is read too, whatever its number.
        allow('Read', 'lambda:GetFunction', alias === undefined ? arn : [arn, `${arn}:*`]),
        allow('Update', 'lambda:UpdateFunctionCode', arn),
        allow('Image', ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], { Ref: 'RepositoryArn' }),
        ...(publish === true || alias !== undefined ? [allow('Publish', 'lambda:PublishVersion', arn)] : []),
        ...(publish === true && alias === undefined ? [allow('Versions', 'lambda:ListVersionsByFunction', arn)] : []),
        ...(alias === undefined ? [] : [allow('Alias', ['lambda:GetAlias', 'lambda:UpdateAlias'], [arn, `${arn}:${alias}`])]),
      ]),
    },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  };
};
