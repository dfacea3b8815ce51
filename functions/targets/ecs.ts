/**
 * A service of Amazon ECS: a readable target. A deployment is a new revision of its task definition with only the
 * matching images changed, and an update of the service to it; it is over when ECS says that the rollout is.
 */
import type { Service } from '@aws-sdk/client-ecs';
import type { Fields } from '../core/fields.ts';
import type { Outcome } from '../core/outcome.ts';
import { AwsFailure } from './aws-errors.ts';
import { awsSession, observed, type Refused, refusal } from './aws-session.ts';
import { digestOnly, isWanted, matchContainers, tagAndDigest } from './containers.ts';
import type { EcsApi } from './ecs-api.ts';
import { type EcsConfig, ecsConfig } from './ecs-config.ts';
import { evidenceOf } from './ecs-evidence.ts';
import { grantEcs } from './ecs-grant.ts';
import { type Handle, isSince, judge, primaryOf, readHandle, revisionOf, writeHandle } from './ecs-rollout.ts';
import { isSameRegistration, type TaskDefinition, withImages } from './ecs-task-definition.ts';
import type { Readable, Seen, TargetIo, WantedImage } from './target.ts';

export const ecs: Readable<EcsConfig> = {
  sight: 'readable',
  config: ecsConfig,
  read: (config, wish, io) =>
    withApi(config, io, async (api) => {
      const images = 'set' in wish ? wish.set : [];
      const service = await findService(api, config);
      if ('is' in service) return service;
      const definition = await api.taskDefinition(service.taskDefinition ?? '');
      const matches = matchContainers(definition.containers, images, config.containers);
      if (!matches.ok) return refusal('no-container', `of the containers of ${revisionOf(definition.arn)} ${matches.why}`);
      const handle = handleOf(service);
      const rollout = judge(service, handle, io.now());
      const matched = images.length > 0 && matches.value.every(isWanted);
      // A tag may have moved since it was pulled, and what has failed may go well now: both say nothing, unless this
      // very deployment did it. An attempt alone proves nothing either, since it may have ended before ECS heard of it.
      const sure = rollout.is !== 'failed' && images.every(({ image }) => image.digest !== undefined);
      const ours = io.attempted === true && images.every(({ since }) => isSince(service, since));
      const restarted = 'restart' in wish && io.attempted === true && isSince(service, wish.since);
      const running = restarted || (matched && (sure || ours));
      return {
        is: 'seen',
        running,
        settled: rollout.is === 'healthy',
        handle: writeHandle(handle),
        state: { definition, deployment: primaryOf(service)?.id, again: matched && !running } satisfies EcsState,
        containers: definition.containers.map(({ name, text }) => `${name} = ${text}`),
      };
    }),
  apply: (config, wish, seen, io) =>
    withApi(config, io, async (api) => {
      const { definition, deployment, again } = stateOf(seen);
      if (!('set' in wish)) return applied(await api.update({ forceNewDeployment: true }), deployment, io);
      const next = again ? definition.arn : await nextRevision(api, definition, wish.set, config);
      if (typeof next !== 'string') return next;
      // ECS has no compare-and-set; this look leaves a gap of one request in which somebody else's change would be lost.
      const service = await findService(api, config);
      if ('is' in service) return service;
      const present = primaryOf(service)?.id;
      if (again) {
        if (present !== deployment) return { is: 'moved' };
        // Without naming the revision: one that was deregistered can be restarted, and nobody else's is undone.
        const restarted = await api.update({ forceNewDeployment: true });
        return restarted?.taskDefinition === definition.arn ? applied(restarted, present, io) : { is: 'moved' };
      }
      if (service.taskDefinition === next) return applied(service, undefined, io);
      if (service.taskDefinition !== definition.arn) return { is: 'moved' };
      return applied(await api.update({ taskDefinition: next }), present, io);
    }),
  observe: async (config, text, io) => {
    const handle = readHandle(text);
    const rollout = await withApi(config, io, async (api) => {
      const service = await findService(api, config);
      if ('is' in service) return service;
      const verdict = judge(service, handle, io.now());
      if (verdict.is !== 'failed' && verdict.is !== 'replaced') return verdict;
      const { since, ...said } = verdict;
      return { ...said, evidence: await evidenceOf(api, service, handle.taskDefinition, since) };
    });
    return observed(rollout);
  },
  grant: grantEcs,
};

/** What `apply` needs of what `read` saw. */
interface EcsState {
  readonly definition: TaskDefinition;
  /** Id of the deployment that the service was on. */
  readonly deployment: string | undefined;
  /** The images are there already, and are to be rolled out once more: see `read`. */
  readonly again: boolean;
}

const isState = (value: unknown): value is EcsState =>
  typeof value === 'object' && value !== null && 'definition' in value && 'deployment' in value && 'again' in value;

const stateOf = ({ state }: Seen): EcsState => {
  if (!isState(state)) throw new Error('an ecs target is applied with what its own read saw');
  return state;
};

const withApi = awsSession(async (config: EcsConfig, application, io) => (await import('./ecs-api.ts')).connectEcs(config, application, io));

const findService = async (api: EcsApi, { cluster, service: name, region }: EcsConfig): Promise<Service | Refused> => {
  const service = await api.service();
  if (service === undefined || service.status !== 'ACTIVE')
    return refusal(
      'target-not-found',
      `${region} has no active service ${name} in the cluster ${cluster}${service?.status === undefined ? '' : ` (it is ${service.status})`}`,
    );
  const controller = service.deploymentController?.type;
  return controller === undefined || controller === 'ECS'
    ? service
    : refusal(
        'target-misconfigured',
        `the service ${name} is deployed by ${controller}, and only its own deployments (controller ECS) can be started from here`,
      );
};

const handleOf = (service: Service): Handle => {
  const deployment = primaryOf(service)?.id;
  return { taskDefinition: service.taskDefinition ?? '', ...(deployment === undefined ? {} : { deployment }) };
};

const applied = (service: Service | undefined, former: string | undefined, io: TargetIo): Outcome => {
  if (service === undefined) throw new Error('ecs:UpdateService gave no service');
  return { is: 'applied', handle: writeHandle({ ...handleOf(service), at: io.now(), ...(former === undefined ? {} : { former }) }) };
};

/** The ARN of a revision that has the images: the latest one if a crash left it behind, else a new one. */
const nextRevision = async (
  api: EcsApi,
  definition: TaskDefinition,
  images: readonly WantedImage[],
  { containers }: EcsConfig,
): Promise<string | Refused | { readonly is: 'unchanged' }> => {
  const matches = matchContainers(definition.containers, images, containers);
  if (!matches.ok) return refusal('no-container', `of the containers of ${revisionOf(definition.arn)} ${matches.why}`);
  if (matches.value.every(isWanted)) return { is: 'unchanged' };
  const wanted = withImages(definition, matches.value, tagAndDigest);
  const pinned = withImages(definition, matches.value, digestOnly);
  const latest = await latestOf(api, definition.family);
  if (latest !== undefined && (isSameRegistration(latest.registration, wanted) || isSameRegistration(latest.registration, pinned))) return latest.arn;
  try {
    return await api.register(wanted);
  } catch (error) {
    // The documentation of ECS knows a tag or a digest; both together work, but nothing promises it.
    if (isAboutImage(error) && !isSameRegistration(wanted, pinned)) return api.register(pinned satisfies Fields);
    throw error;
  }
};

/** Undefined for a family whose revisions are all deregistered. Were it another fault of ours, registering would meet it again. */
const latestOf = async (api: EcsApi, family: string): Promise<TaskDefinition | undefined> => {
  try {
    return await api.taskDefinition(family);
  } catch (error) {
    if (clientFault(error) === undefined) throw error;
    return undefined;
  }
};

const isAboutImage = (error: unknown): boolean => /container\.image/i.test(clientFault(error) ?? '');

/** What ECS says where it calls a request wrong. */
const clientFault = (error: unknown): string | undefined =>
  error instanceof AwsFailure && error.cause instanceof Error && error.cause.name === 'ClientException' ? error.cause.message : undefined;
