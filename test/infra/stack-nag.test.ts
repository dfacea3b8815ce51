/** cdk-nag finds nothing that was not answered with a reason, and would find something if there were. */
import { Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it, vi } from 'vitest';
import { imageTriggersStack } from '../../infra/stack/stack.ts';
import { emptyBundles, scratchApp } from './stack-template.ts';

// A machine that does other work as well takes several times the second or two that this needs.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const checked = () => {
  const app = scratchApp();
  const stack = imageTriggersStack(app, 'ImageTriggers', { directories: emptyBundles(), alarmEmail: 'on-call@example.com' });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
};

describe('cdk-nag', () => {
  it('is content with the stack', () => {
    expect(() => checked().app.synth()).not.toThrow();
  });

  it('would not be content with a permission for everything', () => {
    const { app, stack } = checked();
    for (const child of stack.node.findAll())
      if (child instanceof Role) child.addToPolicy(new PolicyStatement({ actions: ['dynamodb:Scan'], resources: ['*'] }));
    expect(() => app.synth()).toThrow('AwsSolutions-IAM5[Resource::*]');
  });
});
