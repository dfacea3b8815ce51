/** The one secret of the stack: under it the secrets of hooks are sealed, so it lives as long as the tables do. */
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ENV } from '../../functions/env.ts';
import type { StageFunction } from './function.ts';

/** 64 of 62 letters and digits: 381 bits. */
const CHARACTERS = 64;

export class StackSecret extends Construct {
  private readonly secret: Secret;

  constructor(scope: Construct, id: string, props: { readonly retainData: boolean }) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description: 'Image Triggers: seals the secrets of hooks. Never change it: what was sealed under another one cannot be opened.',
      generateSecretString: { passwordLength: CHARACTERS, excludePunctuation: true },
      removalPolicy: props.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'It is a key, and not a password of anything else: rotating it would make every sealed secret unreadable. The secrets of hooks are rotated one by one.',
    });
  }

  /** Exactly this secret, and nothing but reading it. The default key of Secrets Manager needs no permission of its own. */
  readBy(reader: StageFunction): void {
    reader.may(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secret.secretArn] }));
    reader.learns(ENV.stackSecretArn, this.secret.secretArn);
  }
}
