/** How an image comes to a function: read, update on the revision that was read, watch. Imported dynamically, with all that it needs. */
import { hostOf } from '../core/image.ts';
import { withImageText } from '../core/image-text.ts';
import type { Outcome, Rollout, Why } from '../core/outcome.ts';
import { awsSession, observed, type Refused, refusal } from './aws-session.ts';
import { digestOnly, isWanted, type Match, matchContainers, withImage } from './containers.ts';
import type { LambdaConfig } from './lambda-config.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { handleOf, isSince, judge, readHandle, shownImage, writeHandle } from './lambda-rollout.ts';
import { isPublished, isServed, serve } from './lambda-version.ts';
import type { Running, Seen, TargetIo, WantedImage, Wish } from './target.ts';

const withApi = awsSession(async (config: LambdaConfig, application, io) => (await import('./lambda-api.ts')).connectLambda(config, application, io));

export const readLambda = (config: LambdaConfig, wish: Wish, io: TargetIo): Promise<Running> =>
  withApi(config, io, async (api) => {
    const present = await api.function();
    const images = imagesOf(wish);
    const matches = matchesOf(present, images, config);
    if ('is' in matches) return matches;
    const handle = handleOf(present.container.text, present);
    const update = judge(present, handle, io.now());
    const matched = images.length > 0 && matches.every((match) => isThere(match, present));
    // A tag may have moved since it was resolved, and what has failed may go well now: both say nothing, unless this very
    // deployment did it. An attempt alone proves nothing either, since it may have ended before Lambda heard of it.
    const sure = update.is !== 'failed' && images.every(({ image }) => image.digest !== undefined);
    const ours = io.attempted === true && images.every(({ since }) => isSince(present, since));
    const restarted = 'restart' in wish && io.attempted === true && isSince(present, wish.since);
    const running = restarted || (matched && (sure || ours));
    return {
      is: 'seen',
      running,
      settled: update.is === 'updated' && (await isServed(api, config, present)),
      handle: writeHandle(handle),
      state: { present, again: matched && !running } satisfies SeenFunction,
      containers: [`${present.container.name} = ${shownImage(present)}`],
    };
  });

export const applyLambda = async (config: LambdaConfig, wish: Wish, seen: Seen, io: TargetIo): Promise<Outcome> => {
  const outcome = await withApi(config, io, async (api): Promise<Outcome> => {
    const { present, again } = seenFunction(seen);
    const matches = matchesOf(present, imagesOf(wish), config);
    if ('is' in matches) return matches;
    const [match] = matches;
    // Published code is not published again, so the alias would stay with the environments that it has.
    if (match === undefined && config.alias !== undefined)
      return refusal(
        'target-misconfigured',
        `version and alias cannot be restarted: of the same image Lambda publishes no second version; push another image, or leave out "alias"`,
      );
    if (match !== undefined && !again && isThere(match, present)) return { is: 'unchanged' };
    // Lambda takes a tag or a digest, and calls a reference with both not valid.
    const image = match === undefined ? sameImage(present) : withImage(present.container, match.wanted, digestOnly);
    const update = await api.update(image, present);
    return update === 'moved' ? { is: 'moved' } : { is: 'applied', handle: writeHandle(handleOf(image, update, io.now())) };
  });
  return outcome.is === 'refused' ? { ...outcome, why: withCure(outcome.why) } : outcome;
};

/** Builders of today make an index with attestations unless told otherwise, which Lambda does not run. */
const withCure = (why: Why): Why =>
  /media type.* not supported/i.test(why.detail ?? '')
    ? {
        ...why,
        detail: `${why.detail}; build for one platform and without attestations, as "docker buildx build --platform linux/arm64 --provenance=false --sbom=false" does`,
      }
    : why;

export const observeLambda = async (config: LambdaConfig, text: string, io: TargetIo): Promise<Rollout | { readonly is: 'unavailable'; readonly why: Why }> => {
  const handle = readHandle(text);
  const look = await withApi(config, io, async (api): Promise<Rollout | Refused> => {
    const present = await api.function();
    const verdict = judge(present, handle, io.now());
    if (verdict.is !== 'updated') return verdict;
    return isPublished(config) ? serve(api, config, present) : { is: 'healthy' };
  });
  return observed(look);
};

/** What `apply` needs of what `read` saw. */
interface SeenFunction {
  readonly present: LambdaFunction;
  /** The image is there already, and is to be put there once more: see `readLambda`. */
  readonly again: boolean;
}

const isSeenFunction = (value: unknown): value is SeenFunction => typeof value === 'object' && value !== null && 'present' in value && 'again' in value;

const seenFunction = ({ state }: Seen): SeenFunction => {
  if (!isSeenFunction(state)) throw new Error('a lambda target is applied with what its own read saw');
  return state;
};

const imagesOf = (wish: Wish): readonly WantedImage[] => ('set' in wish ? wish.set : []);

/** The digest decides where there is one; a tag is there where it was the last thing that was asked for. */
const isThere = (match: Match, { digest }: LambdaFunction): boolean => (match.wanted.digest === undefined ? isWanted(match) : digest === match.wanted.digest);

/** What runs, by its digest: a restart brings no other image. */
const sameImage = ({ container, digest }: LambdaFunction): string =>
  digest === undefined ? container.text : withImageText(container.text, { digest }, digestOnly);

const matchesOf = (present: LambdaFunction, images: readonly WantedImage[], { region }: LambdaConfig): readonly Match[] | Refused => {
  if (present.packageType !== 'Image')
    return refusal(
      'target-misconfigured',
      `the function ${present.container.name} is of the package type ${present.packageType}, and only one of the type Image runs container images: Lambda does not change it, so create another function`,
    );
  const matches = matchContainers([present.container], images);
  if (matches.ok) return matches.value;
  const foreign = images.find(({ image, hosts }) => ![hostOf(image.repository), ...hosts].some((host) => isEcrOf(host, region)));
  return foreign === undefined
    ? refusal('no-container', `of the function ${matches.why}`)
    : refusal(
        'target-misconfigured',
        `Lambda runs only images of Amazon ECR in its own region (<account>.dkr.ecr.${region}.amazonaws.com/…), and ${foreign.image.repository} is not one: push or replicate it there`,
      );
};

const isEcrOf = (host: string, region: string): boolean => host === '*' || /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\./.exec(host)?.[1] === region;
