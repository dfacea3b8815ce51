/** The log groups of a stack, asked by FilterLogEvents: it needs no query to be waited for, and costs nothing by the byte. */
import { awsClient, denied } from '../aws.ts';
import { CliError } from '../io.ts';
import { stackResources } from '../stack-resources.ts';
import { passes, patternOf } from './filter.ts';
import { type LogLine, lineOf, STAGES, type Stage } from './line.ts';
import type { LogQuery, LogSource } from './source.ts';

/** As `infra/stack/image-triggers.ts` calls them; wherever the construct stands, its own path comes before. */
const GROUP = new RegExp(`(${STAGES.map((stage) => `${stage.charAt(0).toUpperCase()}${stage.slice(1)}`).join('|')})Logs[0-9A-F]{8}$`);

export const cloudwatchLogs = async (stack: string, region: string | undefined): Promise<LogSource> => {
  const groups = (await stackResources(stack, region)).flatMap(({ type, logicalId, physicalId }) => {
    const name = type === 'AWS::Logs::LogGroup' ? GROUP.exec(logicalId)?.[1]?.toLowerCase() : undefined;
    const stage = STAGES.find((each) => each === name);
    return stage === undefined ? [] : [{ stage, name: physicalId }];
  });
  if (groups.length === 0) throw new CliError(`the stack ${stack} has no log groups of Image Triggers: is it one? "npm run deploy" makes one`);
  const { CloudWatchLogsClient, FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const client = new CloudWatchLogsClient(await awsClient(region));

  const readGroup = async (stage: Stage, logGroupName: string, { since, filter }: LogQuery): Promise<readonly LogLine[]> => {
    const found: LogLine[] = [];
    const filterPattern = patternOf(filter);
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new FilterLogEventsCommand({
          logGroupName,
          startTime: since,
          ...(filterPattern === undefined ? {} : { filterPattern }),
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      );
      for (const { eventId = '', timestamp = 0, message = '' } of page.events ?? []) found.push(lineOf(eventId, stage, message, timestamp));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  };

  return {
    everyMs: 2_000,
    read: async (query) => {
      const wanted = groups.filter(({ stage }) => query.stages.includes(stage));
      try {
        const read = await Promise.all(wanted.map(({ stage, name }) => readGroup(stage, name, query)));
        return read.flat().filter(({ fields }) => passes(query.filter, fields));
      } catch (error) {
        throw denied(error, 'logs:FilterLogEvents', (what) => new CliError(`the logs of the stack ${stack} cannot be read (${what})`));
      }
    },
  };
};
