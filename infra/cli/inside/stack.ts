/** Inside a stack on AWS, by the credentials of whoever asks. */
import { awsClient, denied } from '../aws.ts';
import { CliError, type Io } from '../io.ts';
import { stackOutputs } from '../stack.ts';
import { stackResources } from '../stack-resources.ts';
import { readDeadLetters, redriveQueue } from './dead-letters.ts';
import type { Inside, RingingAlarm } from './inside.ts';

/** As many as one question may name. */
const NAMES_AT_ONCE = 100;

export const insideStack = async (stack: string, region: string | undefined, io: Pick<Io, 'pause'>): Promise<Inside> => {
  const [{ outputs, region: found }, resources] = await Promise.all([stackOutputs(stack, region), stackResources(stack, region)]);
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  const sqs = new SQSClient({ ...(await awsClient(found)), useQueueUrlAsEndpoint: false });
  return {
    version: outputs.get('Version'),
    deadLetters: () =>
      readDeadLetters(
        sqs,
        ofType('AWS::SQS::Queue').map(({ logicalId, physicalId }) => ({ logicalId, url: physicalId })),
      ),
    redrive: (queue) => redriveQueue(sqs, queue, io),
    alarms: () =>
      ringing(
        ofType('AWS::CloudWatch::Alarm').map(({ physicalId }) => physicalId),
        found,
      ),
  };
};

const ringing = async (names: readonly string[], region: string): Promise<readonly RingingAlarm[]> => {
  const { CloudWatchClient, DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch');
  const client = new CloudWatchClient(await awsClient(region));
  const found: RingingAlarm[] = [];
  try {
    for (let i = 0; i < names.length; i += NAMES_AT_ONCE) {
      const AlarmNames = names.slice(i, i + NAMES_AT_ONCE);
      const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames, StateValue: 'ALARM', MaxRecords: NAMES_AT_ONCE }));
      for (const { AlarmName = '', AlarmDescription = '', StateValue } of MetricAlarms ?? [])
        if (StateValue === 'ALARM') found.push({ name: AlarmName, says: AlarmDescription });
    }
    return found;
  } catch (error) {
    throw denied(error, 'cloudwatch:DescribeAlarms', (what) => new CliError(`the alarms cannot be read (${what})`));
  } finally {
    client.destroy();
  }
};
