/**
 * The default bus of EventBridge. On this machine nothing sends events by itself, so whoever holds the engine's access key
 * puts them by hand, also in the name of AWS (`aws.ecr`), which AWS itself allows nobody:
 *
 *   aws --endpoint-url AWS_URL events put-events --entries '[{"Source":"aws.ecr","DetailType":"ECR Image Action","Detail":"{…}"}]'
 */
import { AwsError } from './aws-error.ts';
import { type Fields, isFields, parseJson } from './json.ts';
import type { EventRuleSpec } from './plan-sources.ts';
import { sendToTarget, type TargetGround } from './rule-target.ts';

export interface EventBus {
  /** The JSON protocol: `X-Amz-Target: AWSEvents.<action>`. */
  api(action: string, request: Fields): Fields;
  /** From now on events reach the targets of these rules. */
  open(rules: readonly EventRuleSpec[], ground: TargetGround): void;
}

interface BusGround {
  readonly account: string;
  readonly region: string;
  readonly now: () => number;
  readonly newId: () => string;
}

const MOST_ENTRIES = 10;
/** Of all entries of a request. */
const LARGEST_BYTES = 1_048_576;

export const makeEventBus = (ground: BusGround): EventBus => {
  let deliver: (event: Fields) => void = () => {
    throw new AwsError('InternalException', 'The engine is starting: try again.', { status: 500 });
  };
  return {
    open: (rules, targets) => {
      deliver = (event) => {
        for (const rule of rules) if (rule.matches(event)) for (const target of rule.targets) sendToTarget(target, event, targets);
      };
    },
    api: (action, request) => {
      if (action !== 'PutEvents') throw new AwsError('UnknownOperationException', `The local engine does not do ${action} of EventBridge; it knows PutEvents.`);
      const entries = Array.isArray(request.Entries) ? request.Entries : [];
      if (entries.length === 0 || entries.length > MOST_ENTRIES)
        throw new AwsError('ValidationException', `There are ${entries.length} entries: put 1 to ${MOST_ENTRIES} at a time.`);
      const bytes = Buffer.byteLength(JSON.stringify(entries));
      if (bytes > LARGEST_BYTES) throw new AwsError('ValidationException', `The entries have ${bytes} bytes: put at most ${LARGEST_BYTES} at a time.`);
      const results = entries.map((entry) => putEntry(entry, ground, deliver));
      return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries: results };
    },
  };
};

/** Each entry is answered by itself; one that cannot be taken does not keep the others. */
const putEntry = (entry: unknown, ground: BusGround, deliver: (event: Fields) => void): Fields => {
  try {
    const event = eventOf(entry, ground);
    deliver(event);
    return { EventId: event.id };
  } catch (error) {
    if (error instanceof AwsError && error.status === 400) return { ErrorCode: error.code, ErrorMessage: error.message };
    throw error;
  }
};

const eventOf = (entry: unknown, { account, region, now, newId }: BusGround): Fields => {
  const { Source, DetailType, Detail, Time, Resources = [], EventBusName = 'default' } = isFields(entry) ? entry : {};
  if (typeof Source !== 'string' || Source === '') throw invalid('Parameter Source is not valid. Reason: Source is a required argument.');
  if (typeof DetailType !== 'string' || DetailType === '') throw invalid('Parameter DetailType is not valid. Reason: DetailType is a required argument.');
  if (typeof Detail !== 'string') throw invalid('Parameter Detail is not valid. Reason: Detail is a required argument.');
  if (typeof EventBusName !== 'string' || !/^(?:arn:.*:event-bus\/)?default$/.test(EventBusName))
    throw invalid(`The local engine has no event bus ${JSON.stringify(EventBusName)}: leave it out, or give "default".`);
  // The protocol writes times as seconds since the epoch.
  const at = new Date(Time === undefined ? now() : Number(Time) * 1000);
  if (Number.isNaN(at.getTime())) throw invalid(`Parameter Time is not valid: ${String(Time)} are no seconds since the epoch.`);
  return {
    version: '0',
    id: newId(),
    'detail-type': DetailType,
    source: Source,
    account,
    time: at.toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: Resources,
    detail: readDetail(Detail),
  };
};

const readDetail = (text: string): Fields => {
  const detail = readJson(text);
  if (!isFields(detail)) throw new AwsError('MalformedDetail', 'Detail is malformed.');
  return detail;
};

const readJson = (text: string): unknown => {
  try {
    return parseJson(text, 'Detail');
  } catch {
    return undefined;
  }
};

const invalid = (message: string): AwsError => new AwsError('InvalidArgument', message);
