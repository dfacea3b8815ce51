/** A function with its role, its log group and its alarms. What it may do and what it is told come from the constructs that own those things. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
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
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { alarm, type RingName } from './alarm.ts';
import type { FunctionShape } from './functions.ts';
import { countLines, lineMetric, type MetricName } from './metrics.ts';

const PERIOD = Duration.minutes(5);

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
  readonly logGroup: LogGroup;
  /** Failures, and calls that found no room. */
  readonly errors: Metric;
  readonly throttles: Metric;

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
    this.errors = this.function.metricErrors({ period: PERIOD });
    this.throttles = this.function.metricThrottles({ period: PERIOD });
    const logs = this.logGroup.logGroupName;
    alarm(this, 'Errors', { metric: this.errors, says: `${id}: the function failed or timed out`, logs });
    alarm(this, 'Throttles', { metric: this.throttles, says: `${id}: Lambda had no room for it`, logs });
  }

  may(statement: PolicyStatement): void {
    this.role.addToPolicy(statement);
  }

  /** Has its lines counted. */
  counts(name: MetricName): void {
    countLines(this, name, this.logGroup);
  }

  /** Rings when a line was counted; of a dimension, when its value was this. */
  rings(ring: RingName, name: MetricName, says: string, value?: string): void {
    alarm(this, ring, { metric: lineMetric(name, 'sum', PERIOD, value), says, logs: this.logGroup.logGroupName });
  }

  learns(name: string, value: string): void {
    this.function.addEnvironment(name, value);
  }
}
