/** CloudFormation, CloudWatch Logs, CloudWatch and SQS of one stack, as far as the command line asks them; each with its own protocol. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type Fields, fields, textOf, texts } from '../../functions/core/fields.ts';
import { listen } from './command-line.ts';

export interface FakeAws {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  /** Lines by log group, each with its time. */
  readonly logs: Map<string, { readonly at: number; readonly line: string }[]>;
  /** Visible messages by queue URL, and the queue that gives up on each. */
  readonly queues: Map<string, { messages: number; readonly deadFrom?: string }>;
  readonly alarms: Map<string, { readonly state: string; readonly description: string }>;
  readonly outputs: Map<string, string>;
  /** Actions that are refused. */
  readonly denied: Set<string>;
  /** What was asked: `FilterLogEvents …`. */
  readonly asked: string[];
  resource(type: string, logicalId: string, physicalId?: string): string;
  stop(): void;
}

interface Resource {
  readonly type: string;
  readonly logicalId: string;
  readonly physicalId: string;
}

/** How many are answered at once: few, so that whoever forgets the next page is found out. */
const PAGE = 2;

export const startFakeAws = async (): Promise<FakeAws> => {
  const resources: Resource[] = [];
  const [logs, queues, alarms, outputs]: [FakeAws['logs'], FakeAws['queues'], FakeAws['alarms'], FakeAws['outputs']] = [
    new Map(),
    new Map(),
    new Map(),
    new Map(),
  ];
  const denied = new Set<string>();
  const asked: string[] = [];
  const moved = new Map<string, Fields[]>();
  let url = '';

  const page = <T>(all: readonly T[], token: unknown): { readonly items: readonly T[]; readonly next?: string } => {
    const from = Number(token ?? 0);
    return { items: all.slice(from, from + PAGE), ...(from + PAGE < all.length ? { next: String(from + PAGE) } : {}) };
  };
  const queueOf = (request: Fields) => {
    const found = queues.get(textOf(request.QueueUrl));
    if (found === undefined) throw new Refused('QueueDoesNotExist');
    return found;
  };

  const actions: Readonly<Record<string, (request: Fields) => Fields>> = {
    FilterLogEvents: ({ logGroupName, startTime, filterPattern, nextToken }) => {
      const all = (logs.get(textOf(logGroupName)) ?? []).filter(({ at, line }) => at >= Number(startTime) && matches(textOf(filterPattern), line));
      const { items, next } = page(all, nextToken);
      const events = items.map(({ at, line }) => ({ eventId: `${textOf(logGroupName)} ${at} ${line}`, timestamp: at, message: line }));
      return { events, ...(next === undefined ? {} : { nextToken: next }) };
    },
    GetQueueAttributes: (request) => {
      const { messages } = queueOf(request);
      const arn = `arn:aws:sqs:eu-west-1:123456789012:${textOf(request.QueueUrl).split('/').pop()}`;
      return { Attributes: { QueueArn: arn, ApproximateNumberOfMessages: String(messages) } };
    },
    ListDeadLetterSourceQueues: (request) => {
      const { deadFrom } = queueOf(request);
      return { queueUrls: deadFrom === undefined ? [] : [deadFrom] };
    },
    StartMessageMoveTask: ({ SourceArn }) => {
      const [found, queue] = [...queues].find(([name]) => textOf(SourceArn).endsWith(`:${name.split('/').pop()}`)) ?? [];
      if (found === undefined || queue?.deadFrom === undefined) throw new Refused('InvalidParameterValue');
      moved.set(textOf(SourceArn), [
        { SourceArn, Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: queue.messages, ApproximateNumberOfMessagesToMove: queue.messages },
      ]);
      queue.messages = 0;
      return { TaskHandle: 'task' };
    },
    ListMessageMoveTasks: ({ SourceArn }) => ({ Results: moved.get(textOf(SourceArn)) ?? [] }),
    DescribeAlarms: ({ AlarmNames }) => ({
      MetricAlarms: texts(AlarmNames).flatMap((name) => {
        const found = alarms.get(name);
        return found === undefined ? [] : [{ AlarmName: name, StateValue: found.state, AlarmDescription: found.description }];
      }),
    }),
  };

  const xml = (form: URLSearchParams): string => {
    if (form.get('Action') === 'DescribeStacks') {
      const given = [...outputs].map(([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`).join('');
      return answerOf('DescribeStacks', `<Stacks><member><StackName>it</StackName><Outputs>${given}</Outputs></member></Stacks>`);
    }
    const { items, next } = page(resources, form.get('NextToken') ?? undefined);
    const members = items
      .map(
        ({ type, logicalId, physicalId }) =>
          `<member><ResourceType>${type}</ResourceType><LogicalResourceId>${logicalId}</LogicalResourceId><PhysicalResourceId>${physicalId}</PhysicalResourceId></member>`,
      )
      .join('');
    return answerOf(
      'ListStackResources',
      `<StackResourceSummaries>${members}</StackResourceSummaries>${next === undefined ? '' : `<NextToken>${next}</NextToken>`}`,
    );
  };

  const server: Server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const target = textOf(request.headers['x-amz-target']).split('.').pop() ?? '';
    const form = new URLSearchParams(body);
    const action = target === '' ? (form.get('Action') ?? '') : target;
    asked.push(action);
    if (target === '') {
      const status = denied.has(action) ? 403 : 200;
      const problem = '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>';
      return void response.writeHead(status, { 'content-type': 'text/xml' }).end(status === 200 ? xml(form) : problem);
    }
    const answer = (status: number, content: Fields): void =>
      void response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(content));
    if (denied.has(action)) return answer(400, { __type: 'AccessDeniedException', message: 'not authorized' });
    try {
      const act = actions[action];
      if (act === undefined) throw new Refused(`UnknownOperation ${action}`);
      answer(200, act(fields(JSON.parse(body))));
    } catch (error) {
      answer(400, { __type: error instanceof Error ? error.message : 'InternalFailure', message: 'refused' });
    }
  });
  url = await listen(server);

  return {
    url,
    env: { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'test-secret', AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: url },
    logs,
    queues,
    alarms,
    outputs,
    denied,
    asked,
    resource: (type, logicalId, physicalId = `it-${logicalId}-ABC`) => {
      resources.push({ type, logicalId, physicalId });
      return physicalId;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

class Refused extends Error {}

const answerOf = (action: string, result: string): string => `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const piece of request) body += String(piece);
  return body;
};

/** A JSON filter pattern as CloudWatch documents it, of the kind that is sent: texts compared, in "and" and "or" and parentheses. */
export const matches = (pattern: string, line: string): boolean => {
  if (pattern === '') return true;
  const [, inner] = /^\{ (.*) \}$/s.exec(pattern) ?? [];
  if (inner === undefined || pattern.length > 1024) throw new Refused('InvalidParameterException');
  const given = parsed(line);
  const compared = inner.replace(/\$\.([A-Za-z]+) = "([^"]*)"/g, (_, name: string, value: string) => {
    const text = given[name] === undefined ? undefined : textOf(given[name]);
    return String(text !== undefined && (value.endsWith('*') ? text.startsWith(value.slice(0, -1)) : text === value));
  });
  return decided(compared);
};

/** `(true && false) || true` */
const decided = (expression: string): boolean => {
  const simpler = expression
    .replace(/\((true|false)\)/g, '$1')
    .replace(/(true|false) && (true|false)/g, (_, a: string, b: string) => String(a === 'true' && b === 'true'))
    .replace(/^((?:true|false)(?: \|\| (?:true|false))+)$/, (all) => String(all.includes('true')));
  if (simpler === 'true' || simpler === 'false') return simpler === 'true';
  if (simpler === expression) throw new Refused('InvalidParameterException');
  return decided(simpler);
};

const parsed = (line: string): Fields => {
  try {
    return fields(JSON.parse(line));
  } catch {
    return {};
  }
};
