/**
 * Alibaba Cloud Container Registry (ACR), Personal and Enterprise Edition: one body for both.
 * https://www.alibabacloud.com/help/en/acr/user-guide/use-webhooks
 *
 *   {"push_data":{"digest":"sha256:…","pushed_at":"2016-11-29 12:25:46","tag":"latest"},
 *    "repository":{"name":"repoTest","namespace":"namespace","region":"cn-hangzhou","repo_full_name":"namespace/repoTest",…}}
 *
 * There is no signature, no event id and no host. The old shared host of the Personal Edition follows from the region;
 * instances with a name of their own (Enterprise, and Personal since 2024) are named by the hook's `registryHost`, which says a
 * region too: a push of another one is ignored with that reason.
 * `pushed_at` has no time zone, so it orders nothing.
 */
import * as z from 'zod/mini';
import type { HookScope } from '../core/push.ts';
import { acrWarnings } from './acr-address.ts';
import { eventsOf, judge } from './judge.ts';
import { decodeShape, detail, optionalText, textOr } from './payload.ts';
import type { EventReading, Registry } from './registry.ts';

const notification = z.object({
  push_data: z.object({ tag: optionalText, digest: optionalText }),
  repository: z.object({ repo_full_name: optionalText, namespace: detail, name: detail, region: detail }),
});

const WHAT = 'an ACR notification (push_data and repository)';
const ENDPOINT = /^(registry|[a-z0-9-]+-registry|crpi-[a-z0-9]+)(?:-vpc|-internal)?(\.[a-z0-9-]+(?:\.personal)?(?:\.cr)?\.aliyuncs\.com)$/;
const SHARED = /^registry(?:-vpc|-internal)?\.([a-z0-9-]+)\.aliyuncs\.com$/;
const NETWORKS = ['', '-vpc', '-internal'];

const REGION = /^[a-z0-9-]{1,60}$/;

/** Only of a shared host can the region tell that the delivery is from elsewhere; any other name was chosen by the hook. */
const hostOfRegion = (region: string | undefined, registryHost: string | undefined): string | undefined => {
  if (region === undefined || !REGION.test(region)) return undefined;
  const shared = registryHost === undefined ? undefined : SHARED.exec(registryHost.toLowerCase())?.[1];
  const known = registryHost !== undefined && (shared === undefined || shared === region);
  return known ? undefined : `registry.${region}.aliyuncs.com`;
};

/** A name of its own says its region too. */
const regionOf = (host: string): string | undefined => ENDPOINT.exec(host.toLowerCase())?.[2]?.split('.')[1];

/** An instance lies in one region, so a push of another one is of another instance, whose image the hook's host may not have. One that is there too has its other host among the aliases. */
const otherRegion = (region: string | undefined, { registryHost, hostAliases }: HookScope): string | undefined => {
  const home = registryHost === undefined ? undefined : regionOf(registryHost);
  if (region === undefined || !REGION.test(region) || home === undefined || home === region || hostAliases.some((alias) => regionOf(alias) === region))
    return undefined;
  return `the push is of the region ${region}, and ${registryHost} lies in ${home}: make a hook for the instance there, or add its host to "hostAliases" of this one`;
};

/** Docker Hub has "namespace" and "name" too, but no region. */
const pathIn = ({ repo_full_name, namespace, name, region }: z.infer<typeof notification>['repository']): string | undefined => {
  const parts = [namespace, name, region].map(textOr);
  return textOr(repo_full_name) ?? (parts.includes(undefined) ? undefined : `${parts[0]}/${parts[1]}`);
};

export const alibabaAcr: Registry<EventReading> = {
  proofs: [],
  needsRegistryHost: false,
  aliases: (registryHost) => {
    const host = registryHost.toLowerCase();
    const [, instance, domain] = ENDPOINT.exec(host) ?? [];
    return instance === undefined || domain === undefined ? [] : NETWORKS.map((network) => `${instance}${network}${domain}`).filter((name) => name !== host);
  },
  recognises: ({ body }) => {
    const read = decodeShape(notification, body, WHAT);
    return read.ok && pathIn(read.value.repository) !== undefined;
  },
  read: ({ body }, hook) => {
    const read = decodeShape(notification, body, WHAT);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    const { push_data, repository } = read.value;
    const path = pathIn(repository);
    if (path === undefined)
      return { is: 'unreadable', why: `the body is not ${WHAT}: "repository" names neither "repo_full_name" nor "namespace" and "name" with a "region"` };
    const region = textOr(repository.region);
    const host = hostOfRegion(region, hook.registryHost);
    const why = host === undefined ? otherRegion(region, hook) : undefined;
    return eventsOf([judge({ host, path, tag: textOr(push_data.tag), digest: textOr(push_data.digest) }, why)]);
  },
  guide: ({ url, registryHost }) => [
    ...acrWarnings(url),
    'In the console of Container Registry open the repository, then Triggers (触发器), and create one.',
    `Trigger URL: ${url}`,
    'Trigger: All (全部触发). The rule of the trigger here decides, and records what did not fire.',
    `Or: aliyun cr CreateRepoTrigger --InstanceId INSTANCE --RepoId REPOSITORY --TriggerName image_triggers --TriggerType ALL --TriggerUrl '${url}'`,
    'ACR signs nothing and sends no header of yours: the URL is the secret.',
    ...(registryHost === undefined
      ? [
          'If the instance has a host of its own (…-registry.<region>.cr.aliyuncs.com, crpi-….personal.cr.aliyuncs.com), give it as "registryHost": the notification does not name it.',
        ]
      : []),
  ],
};
