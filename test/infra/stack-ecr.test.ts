/** Pushes to Amazon ECR in the template: the rule, where it sends to, and what happens to what cannot be sent. */
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it, vi } from 'vitest';
import { ENV } from '../../functions/env.ts';
import { imageTriggersStack } from '../../infra/stack/stack.ts';
import {
  documentOf,
  dotted,
  emptyBundles,
  functionOf,
  list,
  named,
  ofType,
  property,
  type Resource,
  scratchApp,
  statementsOf,
  templateOf,
} from './stack-template.ts';

// A machine that does other work as well takes several times the second or two that this needs.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const template = templateOf({ ecr: 'all' });
const [ruleId, rule] = named(template, 'AWS::Events::Rule', 'Ecr');
const [pushesId] = named(template, 'AWS::SQS::Queue', 'PushesQueue');
const [undeliveredId, undelivered] = named(template, 'AWS::SQS::Queue', 'Ecr');
const policyOf = (queue: string): Resource => {
  const found = ofType(template, 'AWS::SQS::QueuePolicy').map(([, policy]) => policy);
  const policy = found.find((each) => JSON.stringify(property(each, 'Queues')) === JSON.stringify([{ Ref: queue }]));
  if (policy === undefined) throw new Error(`no policy of ${queue}`);
  return policy;
};
const patternOf = (ecr: 'all' | readonly string[]) => property(named(templateOf({ ecr }), 'AWS::Events::Rule', 'Ecr')[1], 'EventPattern');

describe('the rule for ECR', () => {
  it('hears every image that was pushed under a tag, and puts the event as it is into the pushes queue', () => {
    expect(rule.Properties).toMatchObject({ State: 'ENABLED' });
    expect(property(rule, 'EventPattern')).toEqual({
      source: ['aws.ecr'],
      'detail-type': ['ECR Image Action'],
      detail: { 'action-type': ['PUSH'], result: ['SUCCESS'], 'image-tag': [{ exists: true }] },
    });
    expect(property(rule, 'Targets')).toEqual([
      { Id: expect.any(String), Arn: dotted(pushesId, 'Arn'), DeadLetterConfig: { Arn: dotted(undeliveredId, 'Arn') } },
    ]);
  });

  it('hears the repositories that it is told, and no other', () => {
    expect(patternOf(['shop/web', 'team/*'])).toMatchObject({ detail: { 'repository-name': ['shop/web', { prefix: 'team/' }] } });
  });

  it('alone, of all rules, may send to the two queues', () => {
    const byEventBridge = (queue: string) =>
      documentOf(policyOf(queue)).filter(({ Principal }) => JSON.stringify(Principal) === '{"Service":"events.amazonaws.com"}');
    for (const queue of [pushesId, undeliveredId]) {
      const statements = byEventBridge(queue);
      expect(statements, queue).toHaveLength(1);
      expect(statements[0]).toMatchObject({
        Effect: 'Allow',
        Resource: dotted(queue, 'Arn'),
        Condition: { ArnEquals: { 'aws:SourceArn': dotted(ruleId, 'Arn') } },
      });
      expect(documentOf(policyOf(queue)), queue).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    }
  });

  it('keeps for 14 days what could not be delivered, encrypted, and rings', () => {
    expect(undelivered.Properties).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
    const rings = ofType(template, 'AWS::CloudWatch::Alarm').filter(([, alarm]) =>
      (JSON.stringify(property(alarm, 'Dimensions')) ?? '').includes(`"${undeliveredId}"`),
    );
    expect(rings.map(([, alarm]) => [property(alarm, 'MetricName'), property(alarm, 'Threshold')])).toEqual([['ApproximateNumberOfMessagesVisible', 1]]);
  });

  it('is not there unless it is asked for', () => {
    const off = templateOf();
    expect(ofType(off, 'AWS::Events::Rule').filter(([, { Properties }]) => Properties.EventPattern !== undefined)).toEqual([]);
    expect(JSON.stringify(off)).not.toContain('aws.ecr');
    expect(Object.keys(off.Resources).filter((id) => id.startsWith('Ecr'))).toEqual([]);
  });

  it('is known to the API, with the registry of the own account and region', () => {
    const variables = (settings: Parameters<typeof templateOf>[0]) => property(functionOf(templateOf(settings), 'api')[1], 'Environment', 'Variables');
    expect(variables({ ecr: 'all' })).toMatchObject({ [ENV.ecrRepositories]: 'all' });
    expect(variables({ ecr: ['shop/web', 'team/*'] })).toMatchObject({ [ENV.ecrRepositories]: 'shop/web,team/*' });
    expect(variables({})).not.toHaveProperty(ENV.ecrRepositories);
    expect(JSON.stringify(variables({}))).toContain('{"Ref":"AWS::AccountId"},".dkr.ecr.",{"Ref":"AWS::Region"},".",{"Ref":"AWS::URLSuffix"}');
  });

  it('lets deploy alone read what it hears, and nothing else of ECR', () => {
    const arn = (path: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:ecr:*:*:repository/${path}` });
    const READING = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:ListImages'];
    const allowed = (settings: Parameters<typeof templateOf>[0]) => {
      const made = templateOf(settings);
      return (['ingest', 'match', 'deploy', 'api'] as const).flatMap((name) =>
        statementsOf(made, name).flatMap(({ Action, Resource }) =>
          list(Action).some((action) => action.startsWith('ecr:')) ? [[name, Action, Resource]] : [],
        ),
      );
    };
    expect(allowed({ ecr: 'all' })).toEqual([
      ['deploy', 'ecr:GetAuthorizationToken', '*'],
      ['deploy', READING, arn('*')],
    ]);
    expect(allowed({ ecr: ['shop/web', 'team/*'] })).toEqual([
      ['deploy', 'ecr:GetAuthorizationToken', '*'],
      ['deploy', READING, [arn('shop/web'), arn('team/*')]],
    ]);
    expect(allowed({})).toEqual([]);
  });

  it('is known to deploy, which looks at what it hears', () => {
    expect(property(functionOf(template, 'deploy')[1], 'Environment', 'Variables')).toMatchObject({ [ENV.ecrRepositories]: 'all' });
    expect(property(functionOf(templateOf(), 'deploy')[1], 'Environment', 'Variables')).not.toHaveProperty(ENV.ecrRepositories);
  });

  it.each([['all' as const], [['shop/web', 'team/*']]])('leaves cdk-nag content: %s', (ecr) => {
    const app = scratchApp();
    imageTriggersStack(app, 'ImageTriggers', { directories: emptyBundles(), ecr });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });
});
