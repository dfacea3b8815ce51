/** The closed table of resource types: what each one's `Ref` and `GetAtt` give on this machine. A type that is not here stops the engine with its name. */
import type { Resource } from './assembly.ts';
import type { Identity } from './intrinsics.ts';

/** Where and as whom the stack runs on this machine. */
export interface Place {
  readonly region: string;
  readonly account: string;
  readonly stack: string;
  /** Base of the HTTP API, without a slash at the end. */
  readonly apiUrl: string;
  /** Base of queue URLs, without a slash at the end. */
  readonly awsUrl: string;
}

type Identify = (name: string, place: Place) => Identity;

const arn = (place: Place, service: string, rest: string): string => `arn:aws:${service}:${place.region}:${place.account}:${rest}`;
const plain: Identify = (name) => ({ ref: name, attributes: {} });
const named =
  (service: string, prefix: string): Identify =>
  (name, place) => ({ ref: name, attributes: { Arn: arn(place, service, `${prefix}${name}`) } });

const TYPES: Readonly<Record<string, Identify>> = {
  'AWS::SQS::Queue': (name, place) => {
    const url = `${place.awsUrl}/${place.account}/${name}`;
    return { ref: url, attributes: { Arn: arn(place, 'sqs', name), QueueName: name, QueueUrl: url } };
  },
  'AWS::DynamoDB::Table': named('dynamodb', 'table/'),
  'AWS::DynamoDB::GlobalTable': named('dynamodb', 'table/'),
  'AWS::Lambda::Function': named('lambda', 'function:'),
  'AWS::Lambda::EventSourceMapping': plain,
  'AWS::Events::Rule': named('events', 'rule/'),
  'AWS::ApiGatewayV2::Api': (name, place) => ({ ref: name, attributes: { ApiEndpoint: place.apiUrl, ApiId: name } }),
  'AWS::ApiGatewayV2::Integration': plain,
  'AWS::ApiGatewayV2::Route': plain,
  'AWS::ApiGatewayV2::Stage': plain,
  'AWS::IAM::Role': (name, place) => ({ ref: name, attributes: { Arn: `arn:aws:iam::${place.account}:role/${name}`, RoleId: name } }),
  'AWS::IAM::Policy': plain,
  'AWS::IAM::ManagedPolicy': (name, place) => ({ ref: `arn:aws:iam::${place.account}:policy/${name}`, attributes: {} }),
  'AWS::Logs::LogGroup': (name, place) => ({ ref: name, attributes: { Arn: arn(place, 'logs', `log-group:${name}:*`) } }),
  'AWS::Logs::ResourcePolicy': plain,
  'AWS::Logs::MetricFilter': plain,
  'AWS::Logs::QueryDefinition': plain,
  // Retries of what rules invoke: here the next period comes soon enough.
  'AWS::Lambda::EventInvokeConfig': plain,
  'AWS::Lambda::Permission': plain,
  'AWS::SQS::QueuePolicy': plain,
  'AWS::CloudWatch::Alarm': named('cloudwatch', 'alarm:'),
  'AWS::CloudWatch::CompositeAlarm': named('cloudwatch', 'alarm:'),
  'AWS::CloudWatch::Dashboard': plain,
  'AWS::SNS::Topic': (name, place) => ({ ref: arn(place, 'sns', name), attributes: { TopicArn: arn(place, 'sns', name), TopicName: name } }),
  'AWS::SNS::TopicPolicy': plain,
  'AWS::SNS::Subscription': plain,
  // Its ARN ends in a part of its own, which readers by name leave out: see parameters.ts.
  'AWS::SecretsManager::Secret': (name, place) => {
    const secret = arn(place, 'secretsmanager', `secret:${name}-LOCAL1`);
    return { ref: secret, attributes: { Id: secret, Name: name } };
  },
  'AWS::KMS::Key': (name, place) => ({ ref: name, attributes: { Arn: arn(place, 'kms', `key/${name}`), KeyId: name } }),
  'AWS::KMS::Alias': plain,
  'AWS::CDK::Metadata': plain,
};

/** Types with something to run here; the others only have names, and are listed once when the engine starts. */
const RUN: ReadonlySet<string> = new Set([
  'AWS::SQS::Queue',
  'AWS::DynamoDB::Table',
  'AWS::DynamoDB::GlobalTable',
  'AWS::Lambda::Function',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Events::Rule',
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::SecretsManager::Secret',
]);

export const isRun = (type: string): boolean => RUN.has(type);

/** Fixed physical names are used only where the template gives them as plain text; else the name is made of stack and logical id, so that it stays the same from start to start. */
const NAME_PROPERTIES = ['QueueName', 'TableName', 'FunctionName', 'RoleName', 'LogGroupName', 'AlarmName', 'TopicName'];

/** SQS allows 80, the shortest limit of the named types. */
const LONGEST_NAME = 80;

const physicalName = (resource: Resource, stack: string): string => {
  for (const property of NAME_PROPERTIES) {
    const value = resource.properties[property];
    if (typeof value === 'string') return value;
  }
  const name = `${stack}-${resource.id}`;
  // The end of a logical id is its hash: it must stay, or two long ids could become one name.
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 9)}-${name.slice(-8)}`;
};

export const identify = (resource: Resource, place: Place): Identity => {
  const identity = TYPES[resource.type];
  if (identity === undefined)
    throw new Error(
      `resource ${resource.id} of stack ${place.stack} is of type ${resource.type}, which the local engine does not know; it knows ${Object.keys(TYPES).join(', ')}`,
    );
  return identity(physicalName(resource, place.stack), place);
};
