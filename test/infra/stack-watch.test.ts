/** What people look at in CloudWatch: alarms, each with its query and its place in the runbook, saved queries, metrics, the dashboard. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RINGS } from '../../infra/stack/alarm.ts';
import { METRICS } from '../../infra/stack/metrics.ts';
import { QUERIES } from '../../infra/stack/queries.ts';
import { named, ofType, property, type Resource, templateOf, within } from './stack-template.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:on-call';
const template = templateOf({ ecr: 'all' });
const alarms = ofType(template, 'AWS::CloudWatch::Alarm');

/** With names as long as CloudFormation makes them for a stack whose own name has 40 characters. */
const resolved = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[key, inner] = ['', undefined]] = Object.entries(value);
  if (key === 'Ref') return inner === 'AWS::Region' ? 'ap-northeast-1' : `${'s'.repeat(40)}-${String(inner)}-ABCDEFGHIJKL`;
  if (key === 'Fn::GetAtt') return `arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:${String(inner)}`;
  const [separator, parts] = Array.isArray(inner) ? inner : [];
  if (key !== 'Fn::Join' || !Array.isArray(parts)) throw new Error(`${JSON.stringify(value)} is no Ref, Join or GetAtt`);
  return parts.map(resolved).join(String(separator));
};

const description = (alarm: Resource): string => resolved(property(alarm, 'AlarmDescription'));

/** The query that a link opens, as the console reads it. */
const queryIn = (link: string): string =>
  decodeURIComponent((/editorString~'([^~]*)~/.exec(link)?.[1] ?? '').replace(/\*([0-9a-f]{2})/g, (_, digits: string) => `%${digits}`));

/** Each value of a dimension is a metric. */
const values = Object.values(METRICS).reduce((sum, metric) => sum + ('by' in metric ? metric.by.values.length : 1), 0);

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const runbook = readme.slice(readme.indexOf('\n## Runbook'), readme.indexOf('\n## ', readme.indexOf('\n## Runbook') + 1));

describe('the alarms', () => {
  it('all notify the topic that was given, and none by default', () => {
    const given = ofType(templateOf({ alarmTopicArn: TOPIC }), 'AWS::CloudWatch::Alarm');
    expect(given.length).toBeGreaterThan(10);
    for (const [id, alarm] of given) expect(property(alarm, 'AlarmActions'), id).toEqual([TOPIC]);
    for (const [id, alarm] of alarms) expect(property(alarm, 'AlarmActions'), id).toBeUndefined();
  });

  it('each name their place in the runbook and link to their query, in as many characters as a description may have', () => {
    const rings = Object.values(RINGS);
    for (const [id, alarm] of alarms) {
      const text = description(alarm);
      const ring = rings.find(({ title }) => text.includes(`Runbook: README, "${title}"`));
      expect(ring, id).toBeDefined();
      expect(queryIn(text), id).toBe(QUERIES[ring?.query ?? 'errors'].text);
      expect(text, id).toMatch(/https:\/\/ap-northeast-1\.console\.aws\.amazon\.com\/\S+source~\(~'s{40}-\w+-ABCDEFGHIJKL\)\)$/);
      expect(text.length, id).toBeLessThanOrEqual(1024);
    }
  });

  it('are what the runbook has headings for, no more and no less', () => {
    const headings = [...runbook.matchAll(/^### (.+)$/gm)].map(([, title]) => title);
    expect(headings.sort()).toEqual(
      Object.values(RINGS)
        .map(({ title }) => title)
        .sort(),
    );
    const used = alarms.map(([, alarm]) => /Runbook: README, "(.+?)"/.exec(description(alarm))?.[1]);
    expect([...new Set(used)].sort()).toEqual(headings);
  });

  it('cost what README says, as the metrics do', () => {
    const [rung, metrics] = [ofType(templateOf(), 'AWS::CloudWatch::Alarm').length, values];
    expect(readme.replaceAll('\n', ' ')).toContain(`${rung} alarms at $0.10 and ${metrics} metrics of the logs at $0.30 at most`);
  });

  it('ring for calls whose end is unknown, by the status that deploy logs', () => {
    const [, alarm] = named(template, 'AWS::CloudWatch::Alarm', 'DeployUnknown');
    expect(alarm.Properties).toMatchObject({ MetricName: 'Calls', Dimensions: [{ Name: 'status', Value: 'unknown' }], Threshold: 1 });
  });
});

describe('an address for alarms', () => {
  const mailed = templateOf({ alarmEmail: 'on-call@example.com', alarmTopicArn: TOPIC });

  it('gets a topic that the alarms of this account alone may use, over TLS alone', () => {
    const [topic] = named(mailed, 'AWS::SNS::Topic', 'AlarmEmail');
    expect(named(mailed, 'AWS::SNS::Subscription', 'AlarmEmail')[1].Properties).toMatchObject({ Protocol: 'email', Endpoint: 'on-call@example.com' });
    const [, policy] = named(mailed, 'AWS::SNS::TopicPolicy', 'AlarmEmail');
    expect(property(policy, 'PolicyDocument', 'Statement')).toEqual([
      expect.objectContaining({ Effect: 'Deny', Principal: '*', Action: 'sns:Publish', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      {
        Sid: '1',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: { Ref: topic },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } }, ArnLike: { 'aws:SourceArn': expect.anything() } },
      },
    ]);
  });

  it('stands beside a topic that was there before', () => {
    const [topic] = named(mailed, 'AWS::SNS::Topic', 'AlarmEmail');
    for (const [id, alarm] of ofType(mailed, 'AWS::CloudWatch::Alarm')) expect(property(alarm, 'AlarmActions'), id).toEqual([TOPIC, { Ref: topic }]);
  });
});

describe('the saved queries', () => {
  it('are all there, in a folder of the stack, over the logs that they ask', () => {
    const saved = ofType(template, 'AWS::Logs::QueryDefinition').map(([, query]) => [
      property(query, 'Name'),
      String(property(query, 'QueryString')).replaceAll('\n', ' '),
      (property(query, 'LogGroupNames') as readonly { readonly Ref: string }[]).map(({ Ref }) => Ref.slice(0, -8)),
    ]);
    expect(saved).toEqual(
      Object.entries(QUERIES).map(([name, { text, asks }]) => [
        { 'Fn::Join': ['', [{ Ref: 'AWS::StackName' }, `/${name}`]] },
        text,
        asks === 'requests' ? ['HttpAccessLogs'] : ['IngestLogs', 'MatchLogs', 'DeployLogs', 'ApiLogs'],
      ]),
    );
  });
});

describe('the metrics', () => {
  const filters = ofType(template, 'AWS::Logs::MetricFilter');

  it('are made of lines that one function logs, each once', () => {
    const made = filters.map(([, filter]) => property(filter, 'MetricTransformations', '0', 'MetricName'));
    expect(made.sort()).toEqual(Object.keys(METRICS).sort());
  });

  it('have no dimension but those of the table, and at most twenty values in all', () => {
    expect(values).toBeLessThanOrEqual(20);
    for (const [id, filter] of filters) {
      const dimensions = property(filter, 'MetricTransformations', '0', 'Dimensions');
      if (dimensions !== undefined) expect(dimensions, id).toEqual([{ Key: 'status', Value: '$.status' }]);
    }
  });

  it.each([
    ['Braked', '{ ($.event = "call.settled") && ($.status = "held") && ($.reason = "rate") }'],
    ['Missed', '{ $.event = "sweep.missed" }'],
    ['PushToDeployed', '{ (($.event = "deploy.attempted") || ($.event = "call.settled")) && (($.status = "succeeded") || ($.status = "delivered")) }'],
  ])('%s counts the lines that it names', (name, pattern) => {
    const [, filter] = named(template, 'AWS::Logs::MetricFilter', `Deploy${name}`);
    expect(property(filter, 'FilterPattern')).toBe(pattern);
  });
});

describe('the dashboard', () => {
  const body = resolved(property(named(template, 'AWS::CloudWatch::Dashboard', 'Dashboard')[1], 'DashboardBody'));

  it('is JSON that CloudWatch can read, and shows every alarm', () => {
    const { widgets } = JSON.parse(body);
    expect(widgets[0].properties.alarms).toHaveLength(alarms.length);
  });

  it('names fewer than 50 metrics, so that it counts among the free ones', () => {
    const metrics = [...within(JSON.parse(body))].flatMap(([key, value]) => (key === 'metrics' && Array.isArray(value) ? value : []));
    expect(metrics.length).toBeGreaterThan(20);
    expect(metrics.length).toBeLessThan(50);
  });
});
