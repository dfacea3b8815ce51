/**
 * What people ask of the logs, saved in Logs Insights under the stack's name. One line each, and short: the link in an alarm's
 * description holds the whole query, and a description holds 1,024 characters.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
import { Aws } from 'aws-cdk-lib';
import { CfnQueryDefinition, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** What each asks: the four functions, or the log of requests to the HTTP API. */
interface Query {
  readonly asks: 'functions' | 'requests';
  readonly text: string;
}

/** Fields of a line of the access log, which is a text: see `front-door.ts`. */
const REQUEST = String.raw`parse @message /^(?<status>\d+) (?<requestId>\S+) (?<route>ANY \S+|-) (?<integrationError>.*)$/`;

/**
 * The lines of one call begin with the id of its push; the delivery has the same id, or is named by the line `trigger.decided`.
 * What became of a call is said by `deploy.attempted` or `call.settled`: no other line has such a status.
 */
export const QUERIES = {
  'one-call': {
    asks: 'functions',
    text: 'fields @timestamp, event, call, delivery, status, reason, outcome, answer, why | filter @message like "PUT-THE-ID-OF-THE-CALL-HERE" or push = "PUT-ITS-26-CHARACTERS-BEFORE-THE-DOT-HERE" | sort @timestamp asc',
  },
  'one-delivery': {
    asks: 'functions',
    text: 'fields @timestamp, event, call, push, image, fired, status, reason, outcome, answer, why | filter @message like "PUT-THE-ID-OF-THE-DELIVERY-HERE" | sort @timestamp asc',
  },
  'slowest-deployments': {
    asks: 'functions',
    text: 'filter status in ["succeeded", "delivered"] | fields @timestamp, call, application, ms / 1000 as seconds | sort ms desc | limit 50',
  },
  'failures-by-reason': {
    asks: 'functions',
    text: 'filter status in ["failed", "unknown"] | stats count(*) as calls, latest(call) as last by reason, application | sort calls desc',
  },
  'matched-nothing': {
    asks: 'functions',
    text: 'filter event = "push.unheard" or (event = "trigger.decided" and fired = "") | fields @timestamp, hook, image, decided | sort @timestamp desc',
  },
  'refused-deliveries': {
    asks: 'functions',
    text: 'filter event = "push.received" and status >= 400 | fields @timestamp, hook, status, why, ip, delivery | sort @timestamp desc',
  },
  'unknown-calls': {
    asks: 'functions',
    text: 'filter status = "unknown" | fields @timestamp, call, application, reason | sort @timestamp desc',
  },
  braked: {
    asks: 'functions',
    text: 'filter status = "held" and reason = "rate" | stats count(*) as calls, latest(call) as last by application | sort calls desc',
  },
  'missed-pushes': {
    asks: 'functions',
    text: 'filter event = "sweep.missed" | fields @timestamp, hook, missed, why | sort @timestamp desc',
  },
  errors: {
    asks: 'functions',
    text: 'filter event like /failed$/ or level in ["ERROR", "FATAL", "WARN"] | fields @timestamp, event, message, error, @message | sort @timestamp desc',
  },
  'busiest-minutes': {
    asks: 'functions',
    text: 'filter ispresent(event) | stats count(*) as lines by bin(1m) as minute, event | sort lines desc | limit 50',
  },
  'server-errors': {
    asks: 'requests',
    text: `${REQUEST} | filter status >= 500 | fields @timestamp, route, status, integrationError, requestId | sort @timestamp desc`,
  },
} as const satisfies Readonly<Record<string, Query>>;

export type QueryName = keyof typeof QUERIES;

/** In the console they stand in a folder with the stack's name, so that two stacks share none. */
export const saveQueries = (scope: Construct, groups: Readonly<Record<Query['asks'], readonly ILogGroup[]>>): void => {
  for (const [name, { asks, text }] of Object.entries<Query>(QUERIES))
    new CfnQueryDefinition(scope, `Query-${name}`, {
      name: `${Aws.STACK_NAME}/${name}`,
      queryString: text.replaceAll(' | ', '\n| '),
      logGroupNames: groups[asks].map(({ logGroupName }) => logGroupName),
    });
};

/** Where the console opens a query over one log group, with its last three hours. The console of China and of GovCloud has another address: there, by its name. */
export const queryLink = (name: QueryName, logGroupName: string): string =>
  `https://${Aws.REGION}.console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}#logsV2:logs-insights$3FqueryDetail$3D~(end~0~start~-10800~timeType~'RELATIVE~unit~'seconds~editorString~'${escaped(QUERIES[name].text)}~source~(~'${logGroupName}))`;

/** As the console writes texts into its own links: what is no letter, digit, `_`, `-` or `.` is a star and two digits. */
const escaped = (text: string): string => text.replace(/[^\w.-]/g, (sign) => `*${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
