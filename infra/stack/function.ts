/** A function with its role, its log group and its alarms. What it may do and what it is told come from the constructs that own those things. */
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, LogGroup, MetricFilter, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { alarm } from './alarm.ts';
import type { FunctionShape } from './functions.ts';

interface StageFunctionProps {
  readonly shape: FunctionShape;
  /** The bundle: a directory with `index.mjs`, which exports `handler`. */
  readonly directory: string;
  readonly description: string;
}

export class StageFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly timeout: Duration;
  private readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: StageFunctionProps) {
    super(scope, id);
    this.timeout = Duration.seconds(props.shape.timeoutSeconds);
    this.logGroup = new LogGroup(this, 'Logs', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    const { logGroup } = this;
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description: props.description });
    // Instead of AWSLambdaBasicExecutionRole, which may write to every log group of the account.
    this.may(new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }));
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(props.directory),
      memorySize: props.shape.memoryMb,
      timeout: this.timeout,
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      // START, END and REPORT lines would be three times the size of what the function itself has to say.
      systemLogLevelV2: SystemLogLevel.WARN,
      // Lambda stops a function after 16 rounds through its own queue. Watching a rollout takes more; retries and rollouts have their own ends.
      // https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
      ...(props.shape.callsItself ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
    });
    alarm(this, 'Errors', this.function.metricErrors({ period: Duration.minutes(5) }), `${id}: the function failed or timed out; its log group says why`);
    alarm(
      this,
      'Throttles',
      this.function.metricThrottles({ period: Duration.minutes(5) }),
      `${id}: Lambda had no capacity; raise the account's concurrency limit`,
    );
  }

  may(statement: PolicyStatement): void {
    this.role.addToPolicy(statement);
  }

  /** Rings when the function logs a line in which all of these fields have these values. */
  rings(id: string, fields: Readonly<Record<string, string>>, description: string): void {
    const [first, ...more] = Object.entries(fields).map(([field, value]) => FilterPattern.stringValue(`$.${field}`, '=', value));
    const filter = new MetricFilter(this, `${id}Filter`, {
      logGroup: this.logGroup,
      filterPattern: first === undefined ? FilterPattern.allEvents() : FilterPattern.all(first, ...more),
      metricNamespace: `ImageTriggers/${Aws.STACK_NAME}`,
      metricName: id,
      metricValue: '1',
    });
    alarm(this, id, filter.metric({ statistic: 'sum', period: Duration.minutes(5) }), description);
  }

  learns(name: string, value: string): void {
    this.function.addEnvironment(name, value);
  }
}
