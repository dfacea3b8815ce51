import { describe, expect, it } from 'vitest';
import { settingsFrom } from '../../infra/stack/settings.ts';

const given = (context: Readonly<Record<string, unknown>>) => settingsFrom((name) => context[name]);

describe('settings from the CDK context', () => {
  it('default to one stack and nothing else said', () => {
    expect(given({})).toEqual({ stackName: 'ImageTriggers' });
  });

  it.each([
    [{ stackName: 'Team-2' }, { stackName: 'Team-2' }],
    [{ retainData: 'false' }, { stackName: 'ImageTriggers', retainData: false }],
    [{ retainData: true }, { stackName: 'ImageTriggers', retainData: true }],
    [{ callDays: '30' }, { stackName: 'ImageTriggers', callDays: 30 }],
    [{ callDays: 7 }, { stackName: 'ImageTriggers', callDays: 7 }],
    [
      { alarmTopicArn: 'arn:aws-cn:sns:cn-north-1:123456789012:on-call' },
      { stackName: 'ImageTriggers', alarmTopicArn: 'arn:aws-cn:sns:cn-north-1:123456789012:on-call' },
    ],
    [{ alarmEmail: 'on-call@example.com' }, { stackName: 'ImageTriggers', alarmEmail: 'on-call@example.com' }],
    [{ ecr: 'all' }, { stackName: 'ImageTriggers', ecr: 'all' }],
    [{ ecr: 'team/*' }, { stackName: 'ImageTriggers', ecr: ['team/*'] }],
    [{ ecr: 'shop/web,team/sub/*,base_image' }, { stackName: 'ImageTriggers', ecr: ['shop/web', 'team/sub/*', 'base_image'] }],
  ])('take %j', (context, settings) => {
    expect(given(context)).toEqual(settings);
  });

  it.each([
    [{ retainData: 'no' }, '"retainData" is "no"; allowed is true or false'],
    [{ callDays: '0' }, '"callDays" is "0"; allowed is a whole number from 1 to 3650'],
    [{ callDays: '4000' }, '"callDays" is "4000"'],
    [{ callDays: 1.5 }, '"callDays" is 1.5'],
    [{ stackName: '2nd' }, '"stackName" is "2nd"'],
    [{ alarmTopicArn: 'on-call' }, '"alarmTopicArn" is "on-call"; allowed is the ARN of an SNS topic'],
    [{ alarmEmail: 'on-call' }, '"alarmEmail" is "on-call"; allowed is an e-mail address'],
    [{ ecr: 'true/' }, '"ecr" is "true/"; allowed is "all", or repositories of ECR'],
    [{ ecr: '' }, '"ecr" is ""'],
    [{ ecr: '*' }, '"ecr" is "*"'],
    [{ ecr: 'team*' }, '"ecr" is "team*"'],
    [{ ecr: 'team/*/web' }, '"ecr" is "team/*/web"'],
    [{ ecr: 'Shop/web' }, '"ecr" is "Shop/web"'],
    [{ ecr: 'shop/web, team/*' }, '"ecr" is "shop/web, team/*"'],
    [{ ecr: 'all,shop/web' }, '"ecr" is "all,shop/web"'],
    [{ ecr: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:v1' }, 'allowed is "all", or repositories'],
    [{ ecr: Array.from({ length: 200 }, () => 'team/web').join(',') }, 'allowed is "all", or repositories'],
  ])('refuse %j rather than fall back to a default', (context, message) => {
    expect(() => given(context)).toThrow(message);
  });
});
