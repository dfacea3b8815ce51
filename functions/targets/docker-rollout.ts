/**
 * Read, apply and observe of a `docker` target. Each is one look that may act, and each can be taken up after a crash at any
 * point: which container is which stands in its name, and which deployment made it in its labels.
 */
import { formatImage } from '../core/image.ts';
import { nameText, tagAndDigest, withImageText } from '../core/image-text.ts';
import type { Exchange, Outcome, Rollout, Why } from '../core/outcome.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { matchContainers } from './containers.ts';
import { type DockerApi, DockerFailure, type DockerProblem, dockerOf, failure } from './docker-api.ts';
import { type DockerConfig, NEXT, STOP_SECONDS } from './docker-config.ts';
import { type Found, hasDigest, LABEL } from './docker-container.ts';
import { bodyOf, canStandBeside, furtherNetworks, type Making, networkOf } from './docker-create.ts';
import { evidenceOf } from './docker-evidence.ts';
import { type Handle, readHandle, writeHandle } from './docker-handle.ts';
import { endOf, healthOf } from './docker-health.ts';
import { baseOf, type Look, look } from './docker-look.ts';
import { freePort, pullImage } from './docker-prepare.ts';
import { fail, takeOver } from './docker-swap.ts';
import { type ReadSpec, specOf } from './docker-template.ts';
import type { Running, Seen, TargetIo, WantedImage, Wish } from './target.ts';

/** What a wish comes to for one container. */
interface Aim {
  /** Absent for a restart: what runs is made once more. */
  readonly image?: WantedImage['image'];
  /** As the next container's definition spells it. */
  readonly shown: string;
  readonly template?: ReadSpec;
  readonly restart: boolean;
}

export const readContainers = (config: DockerConfig, wish: Wish, io: TargetIo): Promise<Running> =>
  withApi<Running>(io, async (api) => {
    const there = await look(api, config);
    const aim = aimOf(config, wish, there);
    if (!aim.ok) throw aim.failure;
    const { live, next } = there;
    const begun = next !== undefined && (await fulfils(api, next, aim.value, io));
    const running = begun || (next === undefined && live !== undefined && (await fulfils(api, live, aim.value, io)));
    const subject = begun ? next : live;
    const handle: Handle = { id: subject?.id ?? '', ...(live === undefined ? {} : { from: live.id }) };
    return {
      is: 'seen',
      running,
      settled: running && !begun,
      handle: writeHandle(handle),
      state: { live: live?.id, next: next?.id } satisfies DockerState,
      containers: [live, next].flatMap((found) => (found === undefined ? [] : [`${found.container.name} = ${found.container.text}`])),
    };
  });

export const startNext = (config: DockerConfig, wish: Wish, seen: Seen, io: TargetIo): Promise<Outcome> =>
  withApi<Outcome>(io, async (api) => {
    const there = await look(api, config);
    const { live, next } = there;
    const state = stateOf(seen);
    if (live?.id !== state.live || next?.id !== state.next) return { is: 'moved' };
    if (seen.running) return { is: 'unchanged' };
    const aim = aimOf(config, wish, there);
    if (!aim.ok) throw aim.failure;
    if (next !== undefined) await api.remove(next.id);
    // Something else was on its way, and what is there is what is wanted.
    if (live !== undefined && (await fulfils(api, live, aim.value, io))) return { is: 'unchanged' };
    return createNext(api, config, aim.value, there, io);
  });

export const watchNext = (config: DockerConfig, text: string, io: TargetIo): Promise<Rollout | { readonly is: 'unavailable'; readonly why: Why }> =>
  withApi<Rollout | { readonly is: 'unavailable'; readonly why: Why } | DockerProblem>(io, async (api) => {
    const handle = readHandle(text);
    const there = await look(api, config);
    const { live, next } = there;
    if (live !== undefined && live.id === handle.id) return live.isRunning ? takeOver(api, config, there, live) : endedSince(api, live, io.now());
    if (next === undefined || next.id !== handle.id) return replaced(there, config);
    if (live !== undefined && live.id !== handle.from) {
      await api.remove(next.id);
      return replaced(there, config);
    }
    const health = await healthOf(config, next, handle, io);
    if (health.is === 'healthy') return takeOver(api, config, there, next);
    return health.is === 'failed' ? fail(api, config, there, next, health.why, io.now()) : health;
  }).then((rollout) => (rollout.is === 'refused' ? { is: 'failed', why: rollout.why, evidence: '' } : rollout));

interface DockerState {
  readonly live: string | undefined;
  readonly next: string | undefined;
}

const isState = (value: unknown): value is DockerState => typeof value === 'object' && value !== null && 'live' in value && 'next' in value;

const stateOf = ({ state }: Seen): DockerState => {
  if (!isState(state)) throw new Error('a docker target is applied with what its own read saw');
  return state;
};

const withApi = async <T>(io: TargetIo, work: (api: DockerApi) => Promise<T>): Promise<T | DockerProblem> => {
  try {
    return await work(dockerOf(io));
  } catch (error) {
    if (error instanceof DockerFailure) return error.problem;
    throw error;
  }
};

const replaced = ({ live, next }: Look, { container }: DockerConfig): Rollout => {
  const other = next ?? live;
  const what = other === undefined ? `there is no container ${container} any more` : `${other.container.name} is now ${other.container.text}`;
  return { is: 'replaced', detail: `replaced before it was healthy: ${what}`, evidence: '' };
};

const endedSince = async (api: DockerApi, found: Found, now: number): Promise<Rollout> => ({
  is: 'failed',
  why: { code: 'rollout-failed', detail: `${found.container.name} was healthy, and since then ${endOf(found)}` },
  evidence: await evidenceOf(api, found, now),
});

type Aimed = { readonly ok: true; readonly value: Aim } | { readonly ok: false; readonly failure: DockerFailure };
const no = (code: Why['code'], detail: string): Aimed => ({ ok: false, failure: failure(code, detail) });

const aimOf = (config: DockerConfig, wish: Wish, there: Look): Aimed => {
  const base = baseOf(there);
  if ('template' in wish) {
    const template = specOf(wish.template, config.container);
    if (!template.ok) return no('no-container', template.why);
    const { image, text } = template.value.spec;
    return { ok: true, value: { image, shown: text, template: template.value, restart: wish.restart === true } };
  }
  if ('restart' in wish)
    return base === undefined
      ? no('target-not-found', `there is no container ${config.container} that could be restarted: deploy an image, which creates it`)
      : { ok: true, value: { shown: base.container.text, restart: true } };
  const wanted = imageOf(wish.set, base);
  return wanted.ok ? { ok: true, value: { ...wanted.value, restart: false } } : no('no-container', wanted.why);
};

/** Host and path stay as the container's own reference spells them. */
const imageOf = (images: readonly WantedImage[], base: Found | undefined): Parsed<Pick<Aim, 'shown'> & { readonly image: WantedImage['image'] }> => {
  if (base === undefined) {
    const [first, second] = images;
    if (first === undefined || second !== undefined) return refused('no container is there yet, and the first one is made of one image');
    return parsed({ image: first.image, shown: formatImage(first.image) });
  }
  const matches = matchContainers([base.container], images);
  if (!matches.ok) return matches;
  const [match] = matches.value;
  if (match === undefined) return refused('nothing is wanted');
  return parsed({ image: match.wanted, shown: withImageText(base.container.text, match.wanted, tagAndDigest) });
};

/** Whether a container is what is wanted, and runs. A tag may have moved since it was pulled: without a digest, only this very deployment's own container counts. */
const fulfils = async (api: DockerApi, found: Found, { image, template, restart }: Aim, io: TargetIo): Promise<boolean> => {
  if (!found.isRunning) return false;
  const ours = io.attempted === true && found.labels[LABEL.key] === io.idempotencyKey;
  if (image === undefined || restart) return ours;
  if (template !== undefined && found.labels[LABEL.spec] !== template.spec.hash) return false;
  if (image.digest === undefined) return ours && found.container.image?.tag === image.tag;
  return found.container.image?.digest === image.digest || hasDigest(await api.image(found.imageId), image);
};

const createNext = async (api: DockerApi, config: DockerConfig, aim: Aim, there: Look, io: TargetIo): Promise<Outcome> => {
  const found = baseOf(there);
  const network = networkOf(config.network, found);
  if (config.address !== undefined && network === 'host' && config.portVariable === undefined)
    throw failure(
      'target-misconfigured',
      'on the network "host" two containers cannot have one port: write "portVariable", the variable that tells the application its port',
    );
  const base = found === undefined ? undefined : { found, image: (await api.image(found.imageId)) ?? {} };
  const { reference, pulled } = await referenceOf(api, config, aim, found, io);
  const hostPort = config.portVariable !== undefined && network === 'host' ? await freePort(io) : undefined;
  const making: Making = {
    config,
    reference,
    shown: aim.shown,
    key: io.idempotencyKey,
    ...(base === undefined ? {} : { base }),
    ...(aim.template === undefined ? {} : { spec: aim.template.spec }),
    ...(hostPort === undefined ? {} : { hostPort }),
  };
  const id = await api.create(config.container + NEXT, bodyOf(making));
  if (id === undefined) return { is: 'moved' };
  if (found !== undefined) for (const [name, endpoint] of furtherNetworks(found, network)) await api.connect(name, id, endpoint);
  // Its port is fixed: for the time between the two there is none. Should the next one fail, this one is started again.
  if (there.live?.isRunning === true && !canStandBeside(config, there.live)) await api.stop(there.live.id, config.stopSeconds ?? STOP_SECONDS);
  const started = await api.start(id);
  const handle: Handle = {
    id,
    ...(there.live === undefined ? {} : { from: there.live.id }),
    ...(started.why === undefined ? {} : { error: started.why }),
    ...(aim.template === undefined || aim.template.ignored.length === 0 ? {} : { ignored: aim.template.ignored }),
  };
  // A container on this machine is there at once; what it says of itself takes about so long.
  return { is: 'applied', handle: writeHandle(handle), lookAgainIn: 1_000, exchange: pulled ?? started.exchange };
};

/** A restart is made of the very content that runs; whatever else has its image pulled first. */
const referenceOf = async (
  api: DockerApi,
  config: DockerConfig,
  { image, shown }: Aim,
  base: Found | undefined,
  io: TargetIo,
): Promise<{ readonly reference: string; readonly pulled?: Exchange }> =>
  image === undefined ? { reference: base?.imageId ?? shown } : pullImage(api, config, nameText(shown), image, io);
