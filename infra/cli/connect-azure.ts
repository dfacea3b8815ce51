/**
 * Webhooks of an Azure container registry, by Azure Resource Manager:
 * https://learn.microsoft.com/en-us/rest/api/containerregistry/webhooks. Lists do not say where a webhook posts, which is
 * asked for one by one, so only those of our names are; a name has letters and digits only. It lies in the region of its registry.
 */

import { type Fields, fields, list, textOf } from '../../functions/core/fields.ts';
import { type Connector, type Done, isSegment, type Wish } from './connector.ts';
import { CliError } from './io.ts';
import type { RegistryApi } from './registry-api.ts';

const VERSION = 'api-version=2023-07-01';
const REGISTRY = /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[\w().-]{1,90}\/providers\/Microsoft\.ContainerRegistry\/registries\/[a-z0-9]{5,50}$/i;
const OURS = /^imagetriggers\d{0,3}$/;
const MOST_OURS = 20;
const CLOUDS: Readonly<Record<string, string>> = {
  io: 'https://management.azure.com',
  cn: 'https://management.chinacloudapi.cn',
  us: 'https://management.usgovcloudapi.net',
};

export const azure: Connector = {
  name: 'Azure',
  sends: ['header'],
  pings: true,
  place: 'the resource id of the registry, as "az acr show --name NAME --query id --output tsv" tells it',
  permission: 'to write and read Microsoft.ContainerRegistry/registries/webhooks and their getCallbackConfig (as Contributor may)',
  base: (registryHost) => (registryHost === undefined ? CLOUDS.io : CLOUDS[/\.azurecr\.(io|cn|us)$/.exec(registryHost)?.[1] ?? '']),
  headers: (token) => ({ authorization: `Bearer ${token}` }),
  path: (id) => (REGISTRY.test(id) && !id.includes('/../') ? id : undefined),
  look: async (api, path) => {
    const location = textOf(fields(await api({ method: 'GET', path: `${path}?${VERSION}` })).location);
    if (location === '') throw new CliError('Azure does not say in which region the registry is: check --for and --at');
    const names = list(fields(await api({ method: 'GET', path: `${path}/webhooks?${VERSION}` })).value).map(({ name }) => textOf(name));
    const webhooks = [];
    for (const name of names.filter((each) => OURS.test(each)).slice(0, MOST_OURS)) {
      const { serviceUri } = fields(await api({ method: 'POST', path: `${path}/webhooks/${name}/getCallbackConfig?${VERSION}` }));
      const set = (wish: Wish) => put(api, 'PATCH', `${path}/webhooks/${name}`, { properties: propertiesOf(wish) });
      webhooks.push({ url: textOf(serviceUri), set });
    }
    return { webhooks, make: (wish) => put(api, 'PUT', `${path}/webhooks/${freeName(names)}`, { location, properties: propertiesOf(wish) }) };
  },
};

const put = async (api: RegistryApi, method: 'PUT' | 'PATCH', path: string, body: Fields): Promise<Done> => {
  const { name } = fields(await api({ method, path: `${path}?${VERSION}`, body }));
  const ping = () => api({ method: 'POST', path: `${path}/ping?${VERSION}` });
  return { id: isSegment(textOf(name)) ? textOf(name) : (path.split('/').at(-1) ?? ''), ping };
};

const propertiesOf = ({ url, proof }: Wish): Fields => ({
  serviceUri: url,
  actions: ['push'],
  status: 'enabled',
  ...(proof?.by === 'header' ? { customHeaders: { [proof.name]: proof.value } } : {}),
});

const freeName = (taken: readonly string[]): string => {
  const lower = taken.map((name) => name.toLowerCase());
  let name = 'imagetriggers';
  for (let n = 2; lower.includes(name); n += 1) name = `imagetriggers${n}`;
  return name;
};
