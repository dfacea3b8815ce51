/** The whole system as one construct, in the order of its flow. Give it a place in any stack; `app.ts` gives it one of its own. */
import { Aws, Duration, Fn, Validations } from 'aws-cdk-lib';
import type { ThrottleSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ENV } from '../../functions/env.ts';
import { dashboard } from './dashboard.ts';
import { EcrEvents, type EcrRepositories } from './ecr-events.ts';
import { FrontDoor } from './front-door.ts';
import { StageFunction } from './function.ts';
import { FUNCTIONS, type FunctionName } from './functions.ts';
import { saveQueries } from './queries.ts';
import { MAX_RECEIVES, WorkQueue } from './queue.ts';
import { StackSecret } from './stack-secret.ts';
import { callsTable, definitionsTable } from './table.ts';
import { Tick } from './tick.ts';

export interface ImageTriggersProps {
  /** The bundle of each function: what `bundleAll` made. */
  readonly directories: Readonly<Record<FunctionName, string>>;
  /** Keep the tables, and refuse to delete them, when the stack goes. Default true. */
  readonly retainData?: boolean;
  /** How long calls are kept. Default 90. */
  readonly callDays?: number;
  /** Requests to the HTTP API; more get 429. Default 200 a second in bursts of 400: far above what registries send, below what exhausts the account's functions. */
  readonly throttle?: ThrottleSettings;
  /** Pushes to these repositories of Amazon ECR, in this account and region, are heard without any webhook. Default: none. */
  readonly ecr?: EcrRepositories;
  /** Every alarm notifies each of them. Default: alarms are only shown. */
  readonly alarmTopics?: readonly ITopic[];
}

interface Reached {
  readonly action: string;
  readonly resource: string;
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly reason: string;
}

export class ImageTriggers extends Construct {
  /** Base of webhook URLs and of the API, without a slash at the end. */
  readonly url: string;
  /** What the roles of targets require of whoever assumes them. */
  readonly externalId: string;

  constructor(scope: Construct, id: string, props: ImageTriggersProps) {
    super(scope, id);
    const stage = (name: FunctionName, as: string, description: string): StageFunction =>
      new StageFunction(this, as, { shape: FUNCTIONS[name], directory: props.directories[name], description: `${name}: ${description}` });
    const retainData = props.retainData ?? true;

    const definitions = definitionsTable(this, retainData);
    const calls = callsTable(this, retainData);
    const secret = new StackSecret(this, 'HookKey', { retainData });
    // Six times the 60 s of its consumer.
    const pushes = new WorkQueue(this, 'Pushes', { env: ENV.pushesQueueUrl, visibility: Duration.minutes(6), oldest: Duration.minutes(10) });
    // Longer than the lease of 75 s, so that a repeat finds it free; not much longer, because so long an application waits
    // when its worker has died. A message may be delayed by up to 15 minutes on purpose.
    const deployments = new WorkQueue(this, 'Deployments', { env: ENV.deploymentsQueueUrl, visibility: Duration.minutes(2), oldest: Duration.minutes(30) });
    const door = new FrontDoor(this, 'Http', { throttle: props.throttle ?? { rateLimit: 200, burstLimit: 400 } });
    this.url = door.url;
    // The last part of the stack's id: known to nobody by guessing, the same for as long as the stack lives, and no secret.
    this.externalId = Fn.select(2, Fn.split('/', Aws.STACK_ID));

    const ingest = stage('ingest', 'Ingest', 'authenticates a delivery, reads its pushes and queues them');
    door.open(
      '/hooks/{token}',
      ingest,
      'Registries cannot sign requests with IAM; ingest checks the 256-bit token in the path, and a second factor where the format has one.',
    );
    door.open('/hook/trigger', ingest, 'CI jobs and registries cannot sign requests with IAM; ingest checks the 256-bit token in the query.');
    definitions.give(ingest, ['GetItem']);
    // To ask for the keys of an identity provider, and for nothing else.
    definitions.giveBelow(ingest, ['UpdateItem'], 'KEYS#');
    secret.readBy(ingest);
    // The store wants both names; among the calls it notes what came of deliveries, and nothing else.
    calls.give(ingest, []);
    calls.giveBelow(ingest, ['PutItem'], 'L#');
    pushes.sentBy(ingest);
    ingest.counts('Deliveries');

    const ecr = props.ecr === undefined ? undefined : new EcrEvents(this, 'Ecr', { repositories: props.ecr, pushes });

    const match = stage('match', 'Match', 'decides which triggers fire for a push and records every decision');
    pushes.feeds(match, { batchSize: 10, maxConcurrency: 10 });
    definitions.give(match, ['PutItem', 'Query', 'UpdateItem']);
    calls.give(match, ['GetItem', 'PutItem', 'UpdateItem']);
    deployments.sentBy(match);

    const deploy = stage('deploy', 'Deploy', 'reconciles one application with its target');
    // One application a message: several in a batch would have to share the 60 s.
    deployments.feeds(deploy, { batchSize: 1, maxConcurrency: 20 });
    deployments.sentBy(deploy);
    // What it finds at a registry and nobody told: like the rule of ECR, it sends a push and calls nobody.
    pushes.sentBy(deploy);
    definitions.give(deploy, ['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'], ['byKind', 'due']);
    calls.give(deploy, ['GetItem', 'PutItem', 'Query', 'UpdateItem']);
    this.reachesTargets(deploy);
    ecr?.readBy(deploy);
    deploy.counts('Calls');
    deploy.counts('PushToDeployed');
    deploy.counts('Braked');
    deploy.counts('Missed');
    deploy.rings('Unknown', 'Calls', 'A target gave no answer, and may or may not run the image', 'unknown');
    deploy.rings('Braked', 'Braked', 'An application was deployed as often in an hour as it allows, and waits: is something pushing in a loop?');
    deploy.rings('Missed', 'Missed', 'A registry had images that its hook was not told of; they are deployed now, but do its notifications work?');
    const tick = new Tick(this, 'Tick', deploy);

    const api = stage('api', 'Api', 'reads everything, writes definitions and wishes');
    door.closed('/v1/{proxy+}', api);
    door.open('/console/{proxy+}', api, 'A browser cannot sign requests with IAM; the page asks for a session, which a caller with IAM has opened.');
    definitions.give(api, ['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'], ['byKind']);
    calls.give(api, ['GetItem', 'PutItem', 'Query', 'UpdateItem'], ['byApplication', 'feed']);
    deployments.sentBy(api);
    // To try a hook: like what is missed, a push that no sender told of.
    pushes.sentBy(api);
    secret.readBy(api);
    api.learns(ENV.webhookBaseUrl, this.url);
    api.learns(ENV.externalId, this.externalId);
    api.learns(ENV.deployRoleArn, deploy.role.roleArn);
    api.learns(ENV.ecrRegistry, `${Aws.ACCOUNT_ID}.dkr.ecr.${Aws.REGION}.${Aws.URL_SUFFIX}`);
    ecr?.knownTo(api);

    deploy.learns(ENV.externalId, this.externalId);
    deploy.learns(ENV.maxReceives, String(MAX_RECEIVES));
    for (const writer of [match, deploy, api]) writer.learns(ENV.retentionDays, String(props.callDays ?? 90));

    const stages = { ingest, match, deploy, api };
    const logGroups = Object.values(stages).map(({ logGroup }) => logGroup);
    saveQueries(this, { functions: logGroups, requests: [door.requestLogs] });
    const alarms = this.node.findAll().filter((child) => child instanceof Alarm);
    const ofStages = (metric: 'errors' | 'throttles') => Object.fromEntries(Object.entries(stages).map(([name, one]) => [name, one[metric]]));
    const [ofDefinitions, ofCalls] = [definitions.throttles(), calls.throttles()];
    dashboard(this, {
      alarms,
      ages: { pushes: pushes.oldest, deployments: deployments.oldest },
      deadLetters: { pushes: pushes.dead, deployments: deployments.dead, ticks: tick.undelivered, ...(ecr === undefined ? {} : { ECR: ecr.undelivered }) },
      requests: { requests: door.requests, '4xx': door.clientErrors, '5xx': door.serverErrors },
      errors: ofStages('errors'),
      throttles: {
        ...ofStages('throttles'),
        'definitions, reads': ofDefinitions.reads,
        'definitions, writes': ofDefinitions.writes,
        'calls, reads': ofCalls.reads,
        'calls, writes': ofCalls.writes,
      },
      logGroups,
    });
    for (const topic of props.alarmTopics ?? []) for (const each of alarms) each.addAlarmAction(new SnsAction(topic));
  }

  /** Applications are made at run time, long after this policy: so the names of what they may use carry a fixed beginning. */
  private reachesTargets(deploy: StageFunction): void {
    const reached: readonly Reached[] = [
      {
        action: 'sts:AssumeRole',
        resource: 'arn:<AWS::Partition>:iam::*:role/image-triggers-target-*',
        conditions: { StringEquals: { 'sts:ExternalId': this.externalId } },
        reason: 'Targets may live in any account. Such a role has to carry the prefix, and to trust this role with the external id of this stack.',
      },
      {
        action: 'ssm:GetParameter',
        resource: 'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/image-triggers/*',
        reason: 'Which parameters an application names is known at run time only; all of them live under one path made for this purpose.',
      },
      {
        action: 'secretsmanager:GetSecretValue',
        resource: 'arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:image-triggers/*',
        reason: 'Which secrets an application names is known at run time only; all of them live under one path made for this purpose.',
      },
    ];
    for (const { action, resource, reason, ...rest } of reached) {
      deploy.may(new PolicyStatement({ actions: [action], resources: [Fn.sub(resource.replaceAll('<', '${').replaceAll('>', '}'))], ...rest }));
      // cdk-nag spells pseudo parameters with angle brackets.
      Validations.of(deploy.role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
    }
  }
}
