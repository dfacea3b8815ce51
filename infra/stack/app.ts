/**
 * The CDK app: bundles the functions, then describes the stack. Settings are CDK context (`cdk deploy -c callDays=30`):
 * `stackName`, `retainData=false`, `callDays`, `alarmTopicArn`, `alarmEmail`, `ecr=all` (or `ecr='team/*'`: which pushes to Amazon ECR are heard).
 */
import { Validations } from 'aws-cdk-lib';
import { bundleAll, directoryOf } from './bundle.ts';
import { settingsFrom } from './settings.ts';
import { imageTriggersStack, newApp } from './stack.ts';

await bundleAll();

const app = newApp();
const { stackName, ...settings } = settingsFrom((name) => app.node.tryGetContext(name));
imageTriggersStack(app, stackName, {
  ...settings,
  directories: { ingest: directoryOf('ingest'), match: directoryOf('match'), deploy: directoryOf('deploy'), api: directoryOf('api') },
});

// The same switch turns off CDK's own slow validator: the local engine trusts what tests have checked.
if (process.env.CDK_VALIDATION !== 'false') {
  const { AwsSolutionsChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
app.synth();
