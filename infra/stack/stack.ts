import { App, type AppProps, CfnOutput, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import type { Construct } from 'constructs';
import { version } from '../version.ts';
import { emailTopic } from './email-topic.ts';
import { ImageTriggers, type ImageTriggersProps } from './image-triggers.ts';

export interface StackSettings extends Omit<ImageTriggersProps, 'alarmTopics'> {
  readonly alarmTopicArn?: string;
  /** Gets a topic of the stack's own. */
  readonly alarmEmail?: string;
}

/**
 * An app that makes the same template with and without the CDK command line: its feature flags are set here rather than
 * in cdk.json, and there are no analytics, whose metadata needs conditions.
 */
export const newApp = (props: AppProps = {}): App => new App({ ...props, analyticsReporting: false, context: { ...recommendedFlags } });

/**
 * The construct in a stack of its own. Bound to no account or region, and without the bootstrap rule (the CDK command
 * line checks the same thing): so that one template serves AWS and the local engine.
 */
export const imageTriggersStack = (scope: Construct, id: string, settings: StackSettings): Stack => {
  const stack = new Stack(scope, id, {
    description: 'Image Triggers: push a container image, and the right applications run exactly that image, once',
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
  });
  const { alarmTopicArn, alarmEmail, ...props } = settings;
  const alarmTopics = [
    ...(alarmTopicArn === undefined ? [] : [Topic.fromTopicArn(stack, 'AlarmTopic', alarmTopicArn)]),
    ...(alarmEmail === undefined ? [] : [emailTopic(stack, alarmEmail)]),
  ];
  const made = new ImageTriggers(stack, 'Default', { ...props, alarmTopics });
  new CfnOutput(stack, 'Version', { value: version(), description: 'Of Image Triggers: "image-triggers doctor" compares its own with it' });
  new CfnOutput(stack, 'WebhookBaseUrl', { value: made.url, description: 'Where registries post: this, then /hooks/ and the token of a hook' });
  new CfnOutput(stack, 'ApiUrl', { value: made.url, description: 'Base of the API: this, then /v1; requests are signed with SigV4 (execute-api)' });
  new CfnOutput(stack, 'ExternalId', { value: made.externalId, description: 'What the role of a target has to require of whoever assumes it' });
  return stack;
};
