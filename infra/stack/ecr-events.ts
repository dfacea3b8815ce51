/**
 * Pushes to Amazon ECR without anything pasted: a rule of EventBridge puts the events of this account and region into the
 * pushes queue as they are, so that an archive of EventBridge or a redrive can replay them.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 *
 * EventBridge tries for 24 hours. What it could not deliver even then lies in a queue that rings; it is no dead letter of
 * another queue, so SQS cannot redrive it: the image is pushed again.
 */
import { Fn, Validations } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ENV } from '../../functions/env.ts';
import type { StageFunction } from './function.ts';
import type { WorkQueue } from './queue.ts';
import { undeliveredOf } from './undelivered.ts';

/** Paths (`team/app`), or everything below one (`team/*`). */
export type EcrRepositories = 'all' | readonly string[];

interface EcrEventsProps {
  readonly repositories: EcrRepositories;
  readonly pushes: WorkQueue;
}

export class EcrEvents extends Construct {
  readonly undelivered: Metric;
  private readonly repositories: EcrRepositories;

  constructor(scope: Construct, id: string, { repositories, pushes }: EcrEventsProps) {
    super(scope, id);
    this.repositories = repositories;
    const { queue, metric } = undeliveredOf(this, {
      keptDays: 14,
      says: 'A push to ECR could not be queued within 24 hours: the attributes of the message say why',
      logs: pushes.logs,
    });
    this.undelivered = metric;
    const rule = new Rule(this, 'Pushes', {
      description: 'Every image that is pushed to ECR under a tag',
      eventPattern: {
        source: ['aws.ecr'],
        detailType: ['ECR Image Action'],
        detail: {
          'action-type': ['PUSH'],
          result: ['SUCCESS'],
          // The platforms of a multi-platform image are pushed without a tag, and can never fire.
          'image-tag': [{ exists: true }],
          ...(repositories === 'all' ? {} : { 'repository-name': repositories.map(matching) }),
        },
      },
    });
    pushes.takesEventsOf(rule, queue);
  }

  knownTo(stage: StageFunction): void {
    stage.learns(ENV.ecrRepositories, this.repositories === 'all' ? 'all' : this.repositories.join(','));
  }

  /**
   * What the rule hears may be read: tags, manifests and configurations, wherever its events are from. Another account has
   * to allow it in the policies of its repositories as well.
   * https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
   */
  readBy(stage: StageFunction): void {
    this.knownTo(stage);
    // References stand in pointed brackets, as cdk-nag writes them.
    const arns = (this.repositories === 'all' ? ['*'] : this.repositories).map((path) => `arn:<AWS::Partition>:ecr:*:*:repository/${path}`);
    stage.may(new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
    stage.may(
      new PolicyStatement({
        actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:ListImages'],
        resources: arns.map((arn) => Fn.sub(arn.replaceAll('<', '${').replaceAll('>', '}'))),
      }),
    );
    Validations.of(stage.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Of ecr:GetAuthorizationToken, which knows no resources. What can be read with the token is said by the other statement.',
    });
    for (const arn of arns)
      Validations.of(stage.role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${arn}]`,
        reason: 'Reading alone, of the repositories that the rule hears, whatever account and region sends their events.',
      });
  }
}

const matching = (repository: string): string | { readonly prefix: string } => (repository.endsWith('/*') ? { prefix: repository.slice(0, -1) } : repository);
