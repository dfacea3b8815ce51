/** The two ends of a rollout: the next container takes over the name, or is removed. Each step is taken only where it is still to be taken, so that a crash in between is gone on from. */
import { fields } from '../core/fields.ts';
import { nameText } from '../core/image-text.ts';
import type { Commit, Rollout, Why } from '../core/outcome.ts';
import { type DockerApi, textAt } from './docker-api.ts';
import { type DockerConfig, NEXT, PREVIOUS, STOP_SECONDS } from './docker-config.ts';
import { type Found, LABEL } from './docker-container.ts';
import { canStandBeside } from './docker-create.ts';
import { evidenceOf } from './docker-evidence.ts';
import type { Look } from './docker-look.ts';

const AGAIN_MS = 1_000;

export const takeOver = async (api: DockerApi, config: DockerConfig, { live, next, previous }: Look, healthy: Found): Promise<Rollout> => {
  const again = (detail: string): Rollout => ({ is: 'progressing', lookAgainIn: AGAIN_MS, detail });
  let former = previous;
  if (healthy === next) {
    if (live !== undefined) {
      if (previous !== undefined) await discard(api, previous, [live, next]);
      if (!(await api.rename(live.id, config.container + PREVIOUS))) return again('the former container could not be renamed');
      former = live;
    }
    // Before the name is given on: from then on the front may be stopping it.
    if (former !== undefined) await api.leaveStopped(former.id);
    if (!(await api.rename(next.id, config.container))) return again(`${config.container}${NEXT} could not be renamed`);
  }
  // Behind an address the front stops it, as soon as the last connection to it has ended: only it knows when.
  if (config.address === undefined && former?.isRunning === true) await api.stop(former.id, config.stopSeconds ?? STOP_SECONDS);
  const commit = await commitOf(api, healthy);
  return { is: 'healthy', ...(commit === undefined ? {} : { commit }) };
};

/**
 * What ran before was never touched, or (where the two could not run beside each other) is started again. The one that failed
 * is removed last: as long as it is there, whoever goes on after a crash finds what is still to be done.
 */
export const fail = async (api: DockerApi, config: DockerConfig, { live, previous }: Look, next: Found, why: Why, now: number): Promise<Rollout> => {
  const evidence = await evidenceOf(api, next, now);
  const former = live ?? previous;
  if (live === undefined && previous !== undefined) await api.rename(previous.id, config.container);
  if (former !== undefined && !former.isRunning && !canStandBeside(config, former)) {
    await api.stop(next.id, 0);
    await api.start(former.id);
  }
  await discard(api, next, [live, previous]);
  return { is: 'failed', why, evidence };
};

/** With its image where it was we who pulled it, and none of the others has it: a disk has an end, and a registry has it still. */
const discard = async (api: DockerApi, { id, imageId, labels, container }: Found, others: readonly (Found | undefined)[]): Promise<void> => {
  await api.remove(id);
  if (labels[LABEL.key] === undefined || others.some((other) => other?.imageId === imageId)) return;
  // Podman removes none that has a second name. The tag may lead to another image by now.
  const tagged = `${nameText(container.text)}:${container.image?.tag}`;
  if (container.image?.tag !== undefined && textAt((await api.image(tagged)) ?? {}, 'Id') === imageId) await api.removeImage(tagged);
  await api.removeImage(imageId);
};

/** https://github.com/opencontainers/image-spec/blob/main/annotations.md */
const commitOf = async (api: DockerApi, { imageId }: Found): Promise<Commit | undefined> => {
  const labels = fields(fields((await api.image(imageId))?.Config).Labels);
  const [revision, source] = [textAt(labels, 'org.opencontainers.image.revision'), textAt(labels, 'org.opencontainers.image.source')];
  if (revision === '' && source === '') return undefined;
  return { ...(revision === '' ? {} : { revision }), ...(source === '' ? {} : { source }) };
};
