/**
 * Trigger URLs of applications, as Alibaba's App Center had them: what may be sent to `/hook/trigger?token=…`.
 * https://help.aliyun.com/en/ack/use-a-trigger-to-enable-automatic-application-update and facts of the origin, 3.3
 *
 *   nothing, or {}                                    what runs is deployed again
 *   {"resource":{"deployment":{"metadata":{"name":"demo"},
 *     "spec":{"template":{"spec":{"containers":[{"name":"demo","image":"registry…/acs/rollouts-demo:red"}]}}}}}}
 *                                                     these images are deployed; also of "initContainers"
 *   {"push_data":…,"repository":…}                    the notification of Alibaba ACR: the pushed image is deployed
 *
 * A container is found by its image, as everywhere here, so its name and that of the Deployment are read and not used. A
 * field beside these would seem to be set and is refused. The content type says nothing: the documented calls differ.
 */
import * as z from 'zod/mini';
import { isFields } from '../core/fields.ts';
import { hostOf, namesHost, parseImage, pathOf } from '../core/image.ts';
import { nameText } from '../core/image-text.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import type { PushEvent } from '../core/push.ts';
import { shown } from '../core/shown.ts';
import { acrWarnings } from './acr-address.ts';
import { alibabaAcr } from './alibaba-acr.ts';
import { tagProblem } from './artifact.ts';
import { decodeJson, detail, optionalText, readShape } from './payload.ts';
import type { Registry, TriggerReading } from './registry.ts';

const container = z.strictObject({ name: optionalText, image: z.string() });
const containers = z.optional(z.array(container));
const patch = z.strictObject({
  resource: z.strictObject({
    deployment: z.strictObject({
      apiVersion: detail,
      kind: detail,
      metadata: z.optional(z.strictObject({ name: optionalText, namespace: optionalText })),
      spec: z.strictObject({ template: z.strictObject({ spec: z.strictObject({ containers, initContainers: containers }) }) }),
    }),
  }),
});
type Patch = z.infer<typeof patch>;

const ALLOWED =
  'send nothing (what runs is deployed again), {"resource":{"deployment":{"spec":{"template":{"spec":{"containers":[{"name":"…","image":"host/path:tag"}]}}}}}} (these images are deployed), or the notification of Alibaba ACR (the pushed image is)';
/** A pod has a few containers; each image here is a call of its own. */
const MOST_IMAGES = 20;

export const appCenter: Registry<TriggerReading> = {
  proofs: [],
  needsRegistryHost: false,
  aliases: alibabaAcr.aliases,
  recognises: ({ body }) => {
    const json = decodeJson(body);
    return json.ok && has(json.value, 'resource');
  },
  read: (request, hook) => {
    if (new TextDecoder().decode(request.body).trim() === '') return { is: 'restart' };
    const json = decodeJson(request.body);
    if (!json.ok) return { is: 'unreadable', why: `${json.why}; ${ALLOWED}` };
    if (isEmptyObject(json.value)) return { is: 'restart' };
    if (has(json.value, 'push_data')) {
      const pushed = alibabaAcr.read(request, hook);
      // The notification names no host, only a region: unless the hook does, the path alone says which container is meant.
      return pushed.is === 'events' ? { ...pushed, anyHost: hook.registryHost === undefined && hook.hostAliases.length === 0 } : pushed;
    }
    if (!has(json.value, 'resource')) return { is: 'unreadable', why: `the body is nothing that a trigger URL takes: ${ALLOWED}` };
    const read = readShape(patch, json.value, 'a patch of a Deployment ("resource.deployment"), of which only images can be set');
    const images = read.ok ? imagesOf(read.value, hook.registryHost) : read;
    return images.ok ? { is: 'events', pushes: images.value, ignored: [], anyHost: false } : { is: 'unreadable', why: images.why };
  },
  guide: ({ url }) => [
    `Deploy again: curl -fsS -X POST '${url}'`,
    `Deploy an image: curl -fsS '${url}' -H 'content-type: application/json' -d '{"resource":{"deployment":{"spec":{"template":{"spec":{"containers":[{"name":"NAME","image":"HOST/PATH:TAG"}]}}}}}}'`,
    'Deploy each push to a repository of Alibaba ACR: give this URL as the Trigger URL of its trigger (触发器); its rule there decides.',
    ...acrWarnings(url),
  ],
};

const has = (value: unknown, field: string): boolean => typeof value === 'object' && value !== null && Object.hasOwn(value, field);
const isEmptyObject = (value: unknown): boolean => isFields(value) && Object.keys(value).length === 0;

/** Each image once, in the order of the body. */
const imagesOf = ({ resource }: Patch, registryHost: string | undefined): Parsed<readonly PushEvent[]> => {
  const { containers = [], initContainers = [] } = resource.deployment.spec.template.spec;
  const texts = [...new Set([...initContainers, ...containers].map(({ image }) => image))];
  if (texts.length === 0) return refused(`the patch names no container with an image: ${ALLOWED}`);
  if (texts.length > MOST_IMAGES) return refused(`the patch names ${texts.length} images: at most ${MOST_IMAGES} are allowed`);
  const events = new Map<string, PushEvent>();
  for (const text of texts) {
    const event = readImage(text, registryHost);
    if (!event.ok) return event;
    const repository = `${event.value.host ?? ''}/${event.value.path}`;
    if (events.has(repository))
      return refused(`the patch names two images of ${shown(nameText(text), 200)}: a repository runs in one version, so send one image of it`);
    events.set(repository, event.value);
  }
  return parsed([...events.values()]);
};

/** A name without a host is on the hook's registry, if it has one, and else where Docker and Kubernetes look for it. */
const readImage = (text: string, registryHost: string | undefined): Parsed<PushEvent> => {
  const image = parseImage(text);
  if (!image.ok) return image;
  const { repository, tag, digest } = image.value;
  if (tag === undefined && digest === undefined)
    return refused(`the image ${shown(text, 200)} has neither a tag nor a digest: write host/path:tag or host/path@sha256:…`);
  const problem = tag === undefined ? undefined : tagProblem(tag);
  if (problem !== undefined) return refused(`the image ${shown(text, 200)} cannot be deployed: ${problem}`);
  const place = registryHost === undefined || namesHost(nameText(text)) ? { host: hostOf(repository), path: pathOf(repository) } : { path: nameText(text) };
  return parsed({ ...place, tag: tag ?? '', ...(digest === undefined ? {} : { digest }) });
};
