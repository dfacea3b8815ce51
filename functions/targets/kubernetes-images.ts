/** One workload that is given images: read, patched only if it is still what was read, or marked so that its pods begin anew. */
import { type Fields, isFields } from '../core/fields.ts';
import type { Outcome } from '../core/outcome.ts';
import { isWanted, listed, type Match, matchContainers } from './containers.ts';
import { withApi } from './kubernetes-access.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import type { KubernetesConfig, WorkloadConfig } from './kubernetes-config.ts';
import { KubernetesFailure, refusal } from './kubernetes-errors.ts';
import { track, writeHandle } from './kubernetes-handle.ts';
import { inWords, resourceOf } from './kubernetes-resource.ts';
import { judge } from './kubernetes-rollout.ts';
import { containersOf, generationOf, hasKey, imagePatch, isWrittenSince, type Mark, markPatch, podTemplateOf, uidOf } from './kubernetes-workload.ts';
import type { Running, Seen, TargetIo, WantedImage, Wish } from './target.ts';

type ImageWish = Exclude<Wish, { readonly template: unknown }>;

export const readImages = (config: KubernetesConfig, runs: WorkloadConfig, wish: ImageWish, io: TargetIo): Promise<Running> =>
  withApi(config, io, async (api): Promise<Running> => {
    const { kind } = runs;
    if ('restart' in wish && kind === 'cronjob')
      return refusal(
        'target-refused',
        `nothing of a CronJob runs that could be restarted: its next run begins by its schedule, and "kubectl create job --from=cronjob/${runs.name} NAME" begins one now`,
      );
    const workload = await find(api, config, runs);
    const template = podTemplateOf(kind, workload);
    if (template === undefined)
      return refusal('target-misconfigured', `${kind}/${runs.name} has no pod template of its own: name the workload that it refers to instead`);
    const images = 'set' in wish ? wish.set : [];
    const containers = containersOf(template);
    const matches = matchContainers(containers, images, runs.containers);
    if (!matches.ok) return refusal('no-container', `of the containers of ${kind}/${runs.name} ${matches.why}`);
    const verdict = judge(kind, workload);
    const matched = images.length > 0 && matches.value.every(isWanted);
    const pinned = arePinned(images);
    // A tag may have moved since it was pulled, and what has failed may go well now: both say nothing, unless this very
    // deployment did it. For a tag only its mark proves that; a digest cannot have been put there for another reason.
    const marked = hasKey(template, io.idempotencyKey);
    const ours = io.attempted === true && (marked || (pinned && images.every(({ since }) => isWrittenSince(workload, since))));
    const running = 'restart' in wish ? io.attempted === true && marked : matched && (ours || (pinned && verdict.is !== 'failed'));
    return {
      is: 'seen',
      running,
      settled: verdict.is === 'healthy',
      handle: writeHandle({ at: io.now(), workloads: [track(kind, workload)] }),
      state: { workload, again: matched && !running } satisfies ImagesState,
      containers: containers.map((container) => listed([container])),
    };
  });

export const applyImages = (config: KubernetesConfig, runs: WorkloadConfig, wish: ImageWish, seen: Seen, io: TargetIo): Promise<Outcome> =>
  withApi(config, io, async (api): Promise<Outcome> => {
    const resource = resourceOf(runs, config.namespace);
    const applied = (workload: Fields): Outcome => ({ is: 'applied', handle: writeHandle({ at: io.now(), workloads: [track(runs.kind, workload)] }) });
    if ('restart' in wish) return applied(await api.patch(resource, markPatch(runs.kind, { key: io.idempotencyKey, restartedAt: wish.since })));
    const state = stateOf(seen);
    const mark: Mark | undefined = state.again || !arePinned(wish.set) ? { key: io.idempotencyKey } : undefined;
    let present = state.workload;
    for (let n = 1; n <= MOST_TRIES; n++) {
      const matches = matchesIn(present, runs, wish.set);
      if (!state.again && matches.every(isWanted)) return { is: 'unchanged' };
      const patched = await unlessMoved(api.patch(resource, imagePatch(runs.kind, present, matches, mark)));
      if (patched !== undefined) return applied(patched);
      // Its controllers write into it all the time. Only a new generation is a change by somebody else.
      present = await find(api, config, runs);
      if (uidOf(present) !== uidOf(state.workload) || generationOf(present) !== generationOf(state.workload)) return { is: 'moved' };
    }
    return { is: 'moved' };
  });

const MOST_TRIES = 4;
const CONFLICT = 409;

const unlessMoved = async <T>(patching: Promise<T>): Promise<T | undefined> => {
  try {
    return await patching;
  } catch (error) {
    if (error instanceof KubernetesFailure && error.status === CONFLICT) return undefined;
    throw error;
  }
};

const arePinned = (images: readonly WantedImage[]): boolean => images.every(({ image }) => image.digest !== undefined);

const matchesIn = (workload: Fields, { kind, containers }: WorkloadConfig, images: readonly WantedImage[]): readonly Match[] => {
  const template = podTemplateOf(kind, workload);
  const matches = matchContainers(template === undefined ? [] : containersOf(template), images, containers);
  // The pod template is the one that was read, where every image had its container.
  if (!matches.ok) throw new Error(matches.why);
  return matches.value;
};

/** What `apply` needs of what `read` saw. */
interface ImagesState {
  readonly workload: Fields;
  /** The images are there already, and are to be rolled out once more: see `readImages`. */
  readonly again: boolean;
}

const stateOf = ({ state }: Seen): ImagesState => {
  if (!isFields(state) || !isFields(state.workload) || typeof state.again !== 'boolean') throw new Error('a workload is applied with what its own read saw');
  return { workload: state.workload, again: state.again };
};

const find = async (api: KubernetesApi, { namespace }: KubernetesConfig, runs: WorkloadConfig): Promise<Fields> => {
  const resource = resourceOf(runs, namespace);
  const workload = await api.get(resource);
  if (workload === undefined) throw new KubernetesFailure(refusal('target-not-found', `there is no ${inWords(resource, resource.name)}`));
  return workload;
};
