import type { EcrRepositories } from './ecr-events.ts';

/** What an operator may set by CDK context, read strictly: a mistyped value must not silently become the default. */
export interface Settings {
  readonly stackName: string;
  readonly retainData?: boolean;
  readonly callDays?: number;
  readonly alarmTopicArn?: string;
  readonly alarmEmail?: string;
  readonly ecr?: EcrRepositories;
}

/** Throws an error that names the setting, what was got and what is allowed. */
export const settingsFrom = (context: (name: string) => unknown): Settings => {
  const retainData = read(context, 'retainData', 'true or false', (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined));
  const callDays = read(context, 'callDays', 'a whole number from 1 to 3650', (text) =>
    /^[1-9]\d{0,3}$/.test(text) && Number(text) <= 3650 ? Number(text) : undefined,
  );
  const alarmTopicArn = read(context, 'alarmTopicArn', 'the ARN of an SNS topic', (text) =>
    /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/.test(text) ? text : undefined,
  );
  const alarmEmail = read(context, 'alarmEmail', 'an e-mail address', (text) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? text : undefined));
  const ecr = read(context, 'ecr', '"all", or repositories of ECR with "," between them, as in shop/web,team/*', readEcr);
  const stackName = read(context, 'stackName', 'a letter, then up to 127 letters, digits and hyphens', (text) =>
    /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(text) ? text : undefined,
  );
  return {
    stackName: stackName ?? 'ImageTriggers',
    ...(retainData === undefined ? {} : { retainData }),
    ...(callDays === undefined ? {} : { callDays }),
    ...(alarmTopicArn === undefined ? {} : { alarmTopicArn }),
    ...(alarmEmail === undefined ? {} : { alarmEmail }),
    ...(ecr === undefined ? {} : { ecr }),
  };
};

/** Names as ECR allows them, a star only in place of a last part. EventBridge takes patterns of at most 2 kB. */
const REPOSITORY = /^(?:[a-z0-9]+(?:[._-]+[a-z0-9]+)*\/)*(?:[a-z0-9]+(?:[._-]+[a-z0-9]+)*|(?<=\/)\*)$/;
const LONGEST = 1_000;

const readEcr = (text: string): EcrRepositories | undefined => {
  if (text === 'all') return 'all';
  const repositories = text.split(',');
  return text.length <= LONGEST && repositories.every((repository) => repository !== 'all' && REPOSITORY.test(repository)) ? repositories : undefined;
};

// `-c name=value` gives strings; cdk.json may give booleans and numbers.
const read = <T>(context: (name: string) => unknown, name: string, allowed: string, parse: (text: string) => T | undefined): T | undefined => {
  const value = context(name);
  if (value === undefined || value === null) return undefined;
  const result = parse(String(value));
  if (result === undefined)
    throw new Error(`context "${name}" is ${JSON.stringify(value)}; allowed is ${allowed}; set it with -c ${name}=VALUE or in cdk.json`);
  return result;
};
