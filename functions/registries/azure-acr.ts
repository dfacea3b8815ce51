/**
 * Azure Container Registry, its own webhooks (not Event Grid: `azure-eventgrid.ts`).
 * https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference
 *
 *   {"id","timestamp","action":"push","target":{"mediaType","digest","repository","tag"},"request":{"host":"myregistry.azurecr.io"}}
 *   {"id","timestamp","action":"ping"}
 *
 * Other actions are `delete`, `quarantine`, `chart_push` and `chart_delete`; those of charts have no `request`, so no host.
 * What it does with an answer is not documented: no retry is counted on. There is no signature, only headers of one's own.
 */
import { dockerEvent, judgeDockerEvent } from './docker-event.ts';
import { eventsOf, nothing } from './judge.ts';
import { azureName, headerLines } from './paste.ts';
import { decodeJson, decodeShape, fieldIn, headerOf } from './payload.ts';
import type { RawRequest, Registry } from './registry.ts';

const WHAT = 'a notification of an Azure registry (action and target)';
const ACTIONS: ReadonlySet<unknown> = new Set(['push', 'delete', 'quarantine', 'chart_push', 'chart_delete']);

const isPing = ({ body }: RawRequest): boolean => {
  const json = decodeJson(body);
  return json.ok && fieldIn(json.value, 'action') === 'ping' && fieldIn(json.value, 'target') === undefined;
};

export const azureAcr: Registry = {
  proofs: [{ by: 'header', name: 'Authorization' }],
  needsRegistryHost: false,
  aliases: () => [],
  recognises: (request) => {
    const read = decodeShape(dockerEvent, request.body, WHAT);
    return (read.ok && ACTIONS.has(read.value.action)) || (isPing(request) && headerOf(request, 'user-agent')?.startsWith('AzureContainerRegistry') === true);
  },
  read: (request) => {
    if (isPing(request)) return nothing('a ping of the webhook: it works, and pushes will come the same way');
    const read = decodeShape(dockerEvent, request.body, WHAT);
    return read.ok ? eventsOf([judgeDockerEvent(read.value)]) : { is: 'unreadable', why: read.why };
  },
  guide: (paste) => [
    'Console: the registry, Services, Webhooks, Add: action "push". Or:',
    `az acr webhook create --registry ${azureName(paste)} --name imagetriggers --actions push --uri '${paste.url}'`,
    ...headerLines(paste, ({ name, value }) => `add --headers "${name}=${value}"`),
    `Try it: az acr webhook ping --registry ${azureName(paste)} --name imagetriggers`,
  ],
};
