/** A topic that sends every alarm to one address, which SNS asks for its consent first. */
import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

export const emailTopic = (scope: Construct, address: string): Topic => {
  // Not encrypted under a key: CloudWatch may not use the one of SNS, and one of our own costs a dollar a month to hide what the
  // e-mail then says in plain text. There is no secret in it.
  const topic = new Topic(scope, 'AlarmEmail', { enforceSSL: true });
  topic.addSubscription(new EmailSubscription(address));
  // The policy that comes with `enforceSSL` takes the place of the one by which SNS lets the account's own alarms in.
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        ArnLike: {
          'aws:SourceArn': Stack.of(scope).formatArn({ service: 'cloudwatch', resource: 'alarm', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME }),
        },
      },
    }),
  );
  return topic;
};
