/**
 * `POST /v1/hooks/{name}/test`: a push as the sender of the hook would tell of it, read by the hook's own format and under
 * its own rules, then decided (`dry`) or put into the queue as ingest does it. What proves a delivery is not tried.
 */
import { Hono } from 'hono';
import type { HookDefinition } from '../core/definitions.ts';
import { ECR_HOOK } from '../core/ecr-hook.ts';
import { DIGEST_RULE, formatImage, hostOf, isDigest, isTag, namesHost, normaliseRepository, pathOf, TAG_RULE } from '../core/image.ts';
import type { PushesMessage } from '../core/message.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { type Push, toPush } from '../core/push.ts';
import { registryHosts } from '../core/registry-hosts.ts';
import { shown } from '../core/shown.ts';
import type { RawRequest, Reading } from '../registries/registry.ts';
import type { Sample } from '../registries/samples/sample.ts';
import type { HookTestBody } from '../schema/hook-test.ts';
import { explain } from './explain.ts';
import type { Making } from './making.ts';
import { operation, type Routes } from './operation.ts';
import { HOOK_OPERATIONS } from './operations/hooks.ts';
import type { ApiPorts } from './ports.ts';
import { Problem, unknownName } from './problem.ts';
import { refuse } from './request.ts';
import { langOf } from './words.ts';

export const hookTestRoutes = (ports: ApiPorts): Routes => {
  const app: Routes = new Hono();

  operation(app, HOOK_OPERATIONS.testHook, async ({ c, name, query: { lang }, body, making }) => {
    const hook = await ports.hooks.get(name);
    if (hook === undefined) throw unknownName('hook', name);
    const dry = body.dry === true;
    if (!hook.enabled && !dry) throw disabled(hook);

    const { repository, delivery, push } = await tryHook(hook, body, making, ports);
    const { tag, digest } = body;
    const image = formatImage({ repository, tag, ...(digest === undefined ? {} : { digest }) });
    const decided = await explain({ image, hook: name }, langOf(c, lang), ports);
    const answer = { ...decided, digest, registry: hook.registry, dry, test: true, sample: sampleView(delivery) };
    // Some of what a format leaves alone only the sample shows, as a tag that is a signature's.
    if (!push.ok) return c.json({ ...answer, triggers: [], ignored: 'ignored' in decided ? decided.ignored : push.why });
    if (dry) return c.json(answer);
    await ports.sendPushes(messageOf(push.value, hook));
    const hint = 'hint' in decided ? decided.hint : unproven(hook);
    return c.json({ ...answer, delivery: push.value.id, ...(hint === undefined ? {} : { hint }), next: [`GET /v1/hooks/${name}/deliveries`] }, 202);
  });

  return app;
};

interface Tried {
  /** `host/path`, normalised. */
  readonly repository: string;
  /** What its sender would post. */
  readonly delivery: RawRequest;
  /** What the hook makes of it; else why it is ignored. */
  readonly push: Parsed<Push>;
}

const tryHook = async (hook: HookDefinition, body: HookTestBody, making: Making, ports: ApiPorts): Promise<Tried> => {
  const [format, sample] = await Promise.all([ports.registry(hook.registry), ports.sample(hook.registry)]);
  if (format === undefined || sample === undefined)
    throw new Problem('internal', `the hook ${hook.name} is for "${hook.registry}", a format that this version does not know: deploy the newest one`);
  const { tag, digest } = body;
  if (!isTag(tag)) throw refuse('tag', `${shown(tag)} is not a tag: ${TAG_RULE}`);
  if (digest !== undefined && !isDigest(digest)) throw refuse('digest', `${shown(digest)} is not a digest: ${DIGEST_RULE}`);
  const repository = repositoryOf(body.repository, hook, sample, ports);
  // Said twice with the same key it is the same push, with its place in the order.
  const { at } = making;
  const id = making.newUlid();
  const image = { host: hostOf(repository), path: pathOf(repository), tag, ...(digest === undefined ? {} : { digest }) };
  const delivery = sample.delivery({ ...image, id, at });
  const reading = format.read(delivery, hook);
  const push = pushIn(reading, hook, { id, receivedAt: at });
  // What cannot be said in this format would be about something else.
  if (push.ok && push.value.repository !== repository)
    throw refuse(
      'repository',
      `a delivery of ${hook.registry} to this hook cannot name ${shown(repository, 200)}: it would speak of ${shown(push.value.repository, 200)}`,
    );
  return { repository, delivery, push };
};

const pushIn = (reading: Reading, hook: HookDefinition, made: { readonly id: string; readonly receivedAt: number }): Parsed<Push> => {
  if (reading.is === 'unreadable') return refused(reading.why);
  if (reading.is === 'handshake') return refused('the sender only asks whether it may send');
  const [event] = reading.pushes;
  if (event === undefined) return refused(reading.ignored.map(({ why }) => why).join('; '));
  const push = toPush(event, hook, made);
  return push.ok ? parsed({ ...push.value, source: 'test' }) : push;
};

/** A path alone is on the registry of the hook, or on the one that its sender speaks for. */
const repositoryOf = (text: string, hook: HookDefinition, sample: Sample, { ecr }: ApiPorts): string => {
  const host = namesHost(text)
    ? hostOf(text)
    : (hook.registryHost ?? hook.hostAliases[0] ?? sample.host ?? (hook.name === ECR_HOOK.name ? ecr.registry : undefined));
  if (host === undefined) throw refuse('repository', `${shown(text, 200)} names no registry, and neither does the hook ${hook.name}: write host/path`);
  const repository = normaliseRepository(host, namesHost(text) ? pathOf(text) : text);
  if (!repository.ok) throw refuse('repository', repository.why);
  return repository.value;
};

const messageOf = (push: Push, hook: HookDefinition): PushesMessage => {
  const { id: deliveryId, receivedAt } = push;
  const { name, access } = hook;
  const hosts = registryHosts(hook, push.repository);
  return { v: 1, deliveryId, hook: name, hosts, ...(access === undefined ? {} : { access }), receivedAt, pushes: [push] };
};

const sampleView = ({ method, headers, body }: RawRequest) => ({ method, headers, body: new TextDecoder().decode(body) });

const unproven = ({ credential }: HookDefinition): string | undefined =>
  credential === undefined ? undefined : `The test begins behind the verification, so the ${credential.by} of the sender is not tried by it.`;

const disabled = ({ name }: HookDefinition): Problem =>
  name === ECR_HOOK.name
    ? new Problem('hook-disabled', 'the EventBridge rule of the stack is off, so no push to ECR arrives: deploy the stack with -c ecr=all, or ask with "dry"')
    : new Problem('hook-disabled', `the hook ${name} is disabled, so no delivery to it is taken: enable it, or ask with "dry"`, {
        next: [`POST /v1/hooks/${name}/enable`],
      });
