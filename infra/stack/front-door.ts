/**
 * The HTTP API. A route is closed (IAM) unless it is opened by name here. No CORS: API Gateway would answer OPTIONS
 * itself and swallow the handshake of CloudEvents. No `$default` route: what is not named does not exist.
 */
import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
  type ThrottleSettings,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { alarm } from './alarm.ts';
import type { StageFunction } from './function.ts';

export class FrontDoor extends Construct {
  /** `https://…`, without a slash at the end. */
  readonly url: string;
  readonly requestLogs: LogGroup;
  readonly requests: Metric;
  readonly clientErrors: Metric;
  readonly serverErrors: Metric;
  private readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: { readonly throttle: ThrottleSettings }) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', { apiName: Aws.STACK_NAME, createDefaultStage: false, defaultAuthorizer: new HttpIamAuthorizer() });
    this.url = this.api.apiEndpoint;
    this.requestLogs = new LogGroup(this, 'AccessLogs', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: props.throttle,
      accessLogSettings: { destination: new LogGroupLogDestination(this.requestLogs), format: accessLog },
    });
    const period = Duration.minutes(5);
    this.requests = stage.metricCount({ period });
    this.clientErrors = stage.metricClientError({ period });
    this.serverErrors = stage.metricServerError({ period });
    const says = 'Senders or people got a 5xx: many registries do not send again';
    alarm(this, 'ServerErrors', { metric: this.serverErrors, says, logs: this.requestLogs.logGroupName });
  }

  /** A route that anybody on the internet may call; the function itself has to tell who it is. */
  open(path: string, to: StageFunction, reason: string): void {
    const routes = this.route(path, to, new HttpNoneAuthorizer());
    for (const route of routes) Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason });
  }

  /** A route for callers with the IAM permission `execute-api:Invoke`. */
  closed(path: string, to: StageFunction): void {
    this.route(path, to);
  }

  private route(path: string, to: StageFunction, authorizer?: IHttpRouteAuthorizer): Construct[] {
    return this.api.addRoutes({
      path,
      methods: [HttpMethod.ANY],
      integration: new HttpLambdaIntegration(`${to.node.id}Integration`, to.function),
      ...(authorizer === undefined ? {} : { authorizer }),
    });
  }
}

/**
 * What the function does not say itself, above all of a request that never reached one; the query `server-errors` reads it.
 * The route's key, never its path or query: they hold the token of a hook.
 */
const accessLog = AccessLogFormat.custom(
  [AccessLogField.contextStatus(), AccessLogField.contextRequestId(), AccessLogField.contextRouteKey(), AccessLogField.contextIntegrationErrorMessage()].join(
    ' ',
  ),
);
