/** What the roles may touch. That their actions are those of the bundles is held by stack-permissions.test.ts. */
import { describe, expect, it } from 'vitest';
import { dotted, functionNames, list, named, ofType, property, statementsOf, templateOf } from './stack-template.ts';

const template = templateOf();

const SECRET = named(template, 'AWS::SecretsManager::Secret', '')[0];
const isStackSecret = (resource: unknown): boolean => JSON.stringify(resource) === JSON.stringify({ Ref: SECRET });

describe('the permissions', () => {
  const resourcesOf = (resource: unknown): readonly string[] => list(resource).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));

  it('name a wildcard only for what applications choose at run time', () => {
    const wild = functionNames.flatMap((name) =>
      statementsOf(template, name).filter(({ Resource }) => resourcesOf(Resource).some((text) => text.includes('*'))),
    );
    expect(wild).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are CloudFormation's
        Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::*:role/image-triggers-target-*' },
        Condition: { StringEquals: { 'sts:ExternalId': template.Outputs.ExternalId?.Value } },
      },
      {
        Effect: 'Allow',
        Action: 'ssm:GetParameter',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are CloudFormation's
        Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/image-triggers/*' },
      },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are CloudFormation's
        Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:image-triggers/*' },
      },
    ]);
  });

  it('name no wildcard action, and come from no managed policy', () => {
    for (const name of functionNames)
      for (const { Action } of statementsOf(template, name)) for (const action of list(Action)) expect(action).not.toContain('*');
    for (const [id, role] of ofType(template, 'AWS::IAM::Role')) expect(property(role, 'ManagedPolicyArns'), id).toBeUndefined();
  });

  it('let ingest touch nothing but the hook, the keys it asks for, what it notes of deliveries, the secret of the stack and the queue', () => {
    const [definitions, calls] = ['Definitions', 'Calls'].map((name) => dotted(named(template, 'AWS::DynamoDB::Table', name)[0], 'Arn'));
    expect(
      statementsOf(template, 'ingest')
        .filter(({ Action }) => !list(Action).some((action) => action.startsWith('logs:')))
        .map(({ Action, Resource, Condition }) => [Action, Resource, ...(Condition === undefined ? [] : [Condition])]),
    ).toEqual([
      ['dynamodb:GetItem', definitions],
      ['dynamodb:UpdateItem', definitions, { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['KEYS#*'] } }],
      ['secretsmanager:GetSecretValue', { Ref: SECRET }],
      ['dynamodb:PutItem', calls, { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['L#*'] } }],
      ['sqs:SendMessage', dotted(named(template, 'AWS::SQS::Queue', 'PushesQueue')[0], 'Arn')],
    ]);
  });

  it('reach each table and index only as far as the function does', () => {
    const tables = ['Definitions', 'Calls'].map((name) => [name, named(template, 'AWS::DynamoDB::Table', name)[0]] as const);
    const reached = functionNames.map((name) => [
      name,
      ...statementsOf(template, name)
        .filter(({ Action }) => list(Action).some((action) => action.startsWith('dynamodb:')))
        .flatMap(({ Action, Resource }) =>
          resourcesOf(Resource).map((text) => {
            const [table] = tables.find(([, id]) => text.includes(`"${id}"`)) ?? ['another table'];
            return `${table}${/\/index\/\w+/.exec(text)?.[0] ?? ''}: ${list(Action)
              .map((action) => action.slice('dynamodb:'.length))
              .join(' ')}`;
          }),
        )
        .sort(),
    ]);
    expect(reached).toEqual([
      ['ingest', 'Calls: PutItem', 'Definitions: GetItem', 'Definitions: UpdateItem'],
      ['match', 'Calls: GetItem PutItem UpdateItem', 'Definitions: PutItem Query UpdateItem'],
      [
        'deploy',
        'Calls: GetItem PutItem Query UpdateItem',
        'Definitions/index/byKind: Query',
        'Definitions/index/due: Query',
        'Definitions: DeleteItem GetItem PutItem Query UpdateItem',
      ],
      [
        'api',
        'Calls/index/byApplication: Query',
        'Calls/index/feed: Query',
        'Calls: GetItem PutItem Query UpdateItem',
        'Definitions/index/byKind: Query',
        'Definitions: DeleteItem GetItem PutItem Query UpdateItem',
      ],
    ]);
  });

  it('let only deploy leave the stack', () => {
    const outside = functionNames.filter((name) =>
      statementsOf(template, name).some(
        ({ Action, Resource }) => list(Action).some((action) => /^(sts|ssm|secretsmanager):/.test(action)) && !list(Resource).every(isStackSecret),
      ),
    );
    expect(outside).toEqual(['deploy']);
  });

  it('let only ingest and the API read the secret of the stack, and nothing write it', () => {
    const about = functionNames.flatMap((name) =>
      statementsOf(template, name).flatMap(({ Action, Resource }) => (list(Resource).some(isStackSecret) ? [[name, Action, Resource]] : [])),
    );
    expect(about).toEqual([
      ['ingest', 'secretsmanager:GetSecretValue', { Ref: SECRET }],
      ['api', 'secretsmanager:GetSecretValue', { Ref: SECRET }],
    ]);
    // Deploy reads whatever begins with image-triggers/: the name of this one is made of its logical id.
    const [, secret] = named(template, 'AWS::SecretsManager::Secret', '');
    expect(secret).toMatchObject({ DeletionPolicy: 'Retain', Properties: { GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true } } });
    expect(property(secret, 'Name')).toBeUndefined();
    const [, gone] = named(templateOf({ retainData: false }), 'AWS::SecretsManager::Secret', '');
    expect(gone.DeletionPolicy).toBe('Delete');
  });
});
