/**
 * Azure Container Registry through Azure Event Grid, in both of its schemas; `data` is the body of `azure-acr.ts`.
 * https://learn.microsoft.com/azure/event-grid/event-schema-container-registry
 *
 *   Event Grid     [{"id","topic","subject","eventType":"Microsoft.ContainerRegistry.ImagePushed","eventTime","data"}]   always an array
 *   CloudEvents    {"specversion":"1.0","id","source","type":"Microsoft.ContainerRegistry.ImagePushed","time","data"}    an object or an array
 *
 * Documents also show the short type "ImagePushed". Before it delivers it asks: in its own schema by an event that holds a
 * code, to be answered 200 with that code; in CloudEvents by OPTIONS. The `validationUrl` beside the code is never fetched.
 * Deliveries may come twice and in any order; only 200 to 204 count as delivered.
 */
import type { IgnoredEvent, PushEvent } from '../core/push.ts';
import { shown } from '../core/shown.ts';
import { handshakeOf } from './cloud-event.ts';
import { dockerEvent, judgeDockerEvent } from './docker-event.ts';
import { eventsOf } from './judge.ts';
import { azureName, headerLines } from './paste.ts';
import { decodeJson, fieldIn, headerOf, readShape, textIn } from './payload.ts';
import type { Reading, Registry } from './registry.ts';

const WHAT = 'a delivery of Azure Event Grid ("eventType", or "type", that begins with Microsoft.ContainerRegistry)';
const IMAGE_PUSHED = /^(?:Microsoft\.ContainerRegistry\.)?ImagePushed$/;
const VALIDATION = 'Microsoft.EventGrid.SubscriptionValidationEvent';
const KNOWN = /^Microsoft\.|^(?:Image|Chart)(?:Pushed|Deleted)$/;

/** Undefined for what is no event of Event Grid. */
const typeOf = (event: unknown): string | undefined => {
  const type = textIn(event, 'eventType') ?? (textIn(event, 'specversion') === undefined ? undefined : textIn(event, 'type'));
  return type !== undefined && KNOWN.test(type) ? type : undefined;
};

const eventsIn = (body: Uint8Array): readonly unknown[] => {
  const json = decodeJson(body);
  const all: readonly unknown[] = json.ok ? (Array.isArray(json.value) ? json.value : [json.value]) : [];
  return all.filter((event) => typeOf(event) !== undefined);
};

export const azureEventgrid: Registry = {
  proofs: [{ by: 'header', name: 'Authorization' }],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: (request) => eventsIn(request.body).length > 0 || headerOf(request, 'webhook-request-origin') === 'eventgrid.azure.net',
  read: (request) => {
    const asked = handshakeOf(request);
    if (asked !== undefined) return asked;
    const events = eventsIn(request.body);
    if (events.length === 0) return { is: 'unreadable', why: `the body is not ${WHAT}` };
    const validation = events.find((event) => typeOf(event) === VALIDATION);
    return validation === undefined ? eventsOf(events.map(judgeEvent)) : answer(textIn(fieldIn(validation, 'data'), 'validationCode'));
  },
  guide: (paste) => [
    'az eventgrid event-subscription create --name image-triggers \\',
    `  --source-resource-id $(az acr show --name ${azureName(paste)} --query id --output tsv) \\`,
    `  --endpoint '${paste.url}' \\`,
    '  --included-event-types Microsoft.ContainerRegistry.ImagePushed',
    'CloudEvents are understood too: --event-delivery-schema cloudeventschemav1_0',
    ...headerLines(paste, ({ name, value }) => `add --delivery-attribute-mapping ${name} static "${value}" true`),
  ],
};

/** A code is a UUID; anything longer is not sent back. */
const answer = (code: string | undefined): Reading =>
  code !== undefined && code.length <= 200
    ? { is: 'handshake', answer: { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ validationResponse: code }) } }
    : { is: 'unreadable', why: 'the validation event of Event Grid holds no "data.validationCode" to answer with' };

const judgeEvent = (event: unknown): PushEvent | IgnoredEvent => {
  const type = typeOf(event) ?? '';
  const reference = (textIn(event, 'subject') ?? '').slice(0, 300);
  if (!IMAGE_PUSHED.test(type)) return { why: `its type is ${shown(type)}: only ImagePushed can fire`, reference };
  const read = readShape(dockerEvent, fieldIn(event, 'data'), 'the data of an event of an Azure registry');
  if (!read.ok) return { why: read.why, reference };
  // The delivery's own id is the one that is equal on a retry.
  return judgeDockerEvent({ ...read.value, id: textIn(event, 'id') });
};
