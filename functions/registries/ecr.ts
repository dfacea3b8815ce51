/**
 * Amazon ECR through Amazon EventBridge: the rule of the stack, or an API destination.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 *
 *   {"id","detail-type":"ECR Image Action","source":"aws.ecr","account","time","region",
 *    "detail":{"action-type":"PUSH","result":"SUCCESS","repository-name","image-digest","image-tag","manifest-media-type","artifact-media-type"}}
 *
 * or as CloudEvent of an input transformer: {"type":"com.amazon.ecr.image.push","source":"urn:aws:ecr:<region>:<account>:repository/<name>",
 * "data":{"registryId","repositoryName","imageTag","imageDigest"}}.
 *
 * The host follows from account and region. Platforms of an index have no `image-tag`. Only a push fires: what replication
 * and pull-through caches put into a registry are events of other types.
 */
import * as z from 'zod/mini';
import { ecrHost, ecrHosts } from '../core/ecr-host.ts';
import { shown } from '../core/shown.ts';
import { configProblem } from './artifact.ts';
import { cloudEventsOf } from './cloud-event.ts';
import { type EventsReading, eventsOf, judge, nothing } from './judge.ts';
import { askedHeader } from './paste.ts';
import { decodeShape, detail, fieldIn, readShape, textIn, textOr } from './payload.ts';
import type { EventReading, Paste, RawRequest, Registry } from './registry.ts';
import { zonedTime } from './time.ts';

const event = z.object({ id: detail, 'detail-type': z.string(), source: z.literal('aws.ecr'), account: detail, region: detail, time: detail, detail });
const transformed = z.object({ repositoryName: z.string(), imageTag: detail, imageDigest: detail, registryId: detail });
type Event = z.infer<typeof event>;

const WHAT = 'an event of Amazon ECR ("source" aws.ecr with "detail-type")';
const TRANSFORMED = 'com.amazon.ecr.';

const hostOf = (account: unknown, region: unknown): string | undefined => ecrHost(textOr(account) ?? '', textOr(region) ?? '');

export const ecr: Registry<EventReading> = {
  proofs: [{ by: 'header', name: 'X-Api-Key' }, { by: 'basic' }],
  needsRegistryHost: false,
  aliases: (registryHost) => (ecrHosts(registryHost) ?? []).filter((host) => host !== registryHost.toLowerCase()),
  recognises: (request) => decodeShape(event, request.body, WHAT).ok || readTransformed(request) !== undefined,
  read: (request) => {
    const read = decodeShape(event, request.body, WHAT);
    return read.ok ? readEvent(read.value) : (readTransformed(request) ?? { is: 'unreadable', why: read.why });
  },
  guide: (paste) => [
    'In the account of this stack nothing is to be pasted: its own rule hears ECR. From another account:',
    `aws events create-connection --name image-triggers ${connection(paste)}`,
    `aws events create-api-destination --name image-triggers --connection-arn CONNECTION_ARN --http-method POST --invocation-endpoint '${paste.url}'`,
    'aws events put-rule --name image-triggers --event-pattern \'{"source":["aws.ecr"],"detail-type":["ECR Image Action"],"detail":{"action-type":["PUSH"]}}\'',
    'aws events put-targets --rule image-triggers --targets Id=1,Arn=DESTINATION_ARN,RoleArn=ROLE_ARN',
    paste.credential === undefined
      ? 'A connection has to send something; VALUE is any text, as the hook asks for none. Better: give the hook a "credential" by header, X-Api-Key.'
      : "VALUE, or USER and PASSWORD, are those of the hook's credential.",
    'ROLE_ARN may call events:InvokeApiDestination.',
  ],
};

const readEvent = ({ id, 'detail-type': type, account, region, time, detail: said }: Event): EventsReading => {
  const path = textIn(said, 'repository-name');
  if (type !== 'ECR Image Action' || path === undefined) return nothing(`its type is ${shown(type)}: only a push ("ECR Image Action") can fire`, path);
  const [action, result] = [textIn(said, 'action-type'), textIn(said, 'result')];
  const claim = {
    host: hostOf(account, region),
    path,
    tag: textIn(said, 'image-tag'),
    digest: textIn(said, 'image-digest'),
    mediaType: textIn(said, 'manifest-media-type'),
    pushedAt: zonedTime(time),
    eventId: textOr(id),
  };
  const done = action === 'PUSH' && result === 'SUCCESS';
  const why = `the action is ${shown(action ?? '', 30)} with the result ${shown(result ?? '', 30)}: only a push that succeeded can fire`;
  return eventsOf([judge(claim, done ? configProblem(textIn(said, 'artifact-media-type')) : why)]);
};

const readTransformed = (request: RawRequest): EventsReading | undefined => {
  const events = cloudEventsOf(request);
  const [first] = events.ok ? events.value : [];
  if (first === undefined || !first.type.startsWith(TRANSFORMED)) return undefined;
  const read = readShape(transformed, first.data, 'the data of an event of Amazon ECR');
  if (!read.ok) return nothing(read.why);
  const [, , , region, account] = (textIn(first.attributes, 'source') ?? '').split(':');
  const { repositoryName, imageTag, imageDigest, registryId } = read.value;
  const claim = {
    host: hostOf(textOr(registryId) ?? account, region),
    path: repositoryName,
    tag: textOr(imageTag),
    digest: textOr(imageDigest),
    pushedAt: zonedTime(fieldIn(first.attributes, 'time')),
    eventId: textIn(first.attributes, 'id'),
  };
  return eventsOf([judge(claim, first.type === `${TRANSFORMED}image.push` ? undefined : `its type is ${shown(first.type)}: only image.push can fire`)]);
};

const connection = (paste: Paste): string =>
  paste.credential?.by === 'basic'
    ? '--authorization-type BASIC --auth-parameters BasicAuthParameters={Username=USER,Password=PASSWORD}'
    : `--authorization-type API_KEY --auth-parameters ApiKeyAuthParameters={ApiKeyName=${askedHeader(paste)?.name ?? 'X-Api-Key'},ApiKeyValue=VALUE}`;
