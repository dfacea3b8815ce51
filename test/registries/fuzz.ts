/** Mutated deliveries of every sender, read by its own format and by another: what must hold whatever is sent. */
import { formatImage, parseImage } from '../../functions/core/image.ts';
import { type Push, toPush } from '../../functions/core/push.ts';
import { REGISTRY_NAMES, type RegistryName } from '../../functions/registries/index.ts';
import type { RawRequest, Reading } from '../../functions/registries/registry.ts';
import { makeRandom } from '../chaos/random.ts';
import { type Fixture, fixtures, formatOf, sameBody, scopeFor } from './fixtures.ts';
import { type Mutated, mutate } from './fuzz-mutate.ts';
import { isSound } from './sound.ts';

export interface Failure {
  readonly seed: number;
  readonly body: number;
  readonly file: string;
  readonly format: RegistryName;
  readonly names: readonly string[];
  readonly why: string;
  readonly request: RawRequest;
}
export interface Tally {
  bodies: number;
  pushes: number;
  refused: number;
  ignored: number;
  unreadable: number;
  handshakes: number;
  /** Milliseconds of the slowest delivery, all that was done with it. */
  slowest: number;
  readonly failures: Failure[];
}

/** More than any reading of 1 MB takes; what is quadratic in a body's size is beyond it. */
const TOO_SLOW = 2_000;
const bodies: readonly unknown[] = fixtures.flatMap(({ request }) => (request.body.length === 0 ? [] : [JSON.parse(Buffer.from(request.body).toString())]));

export const runFuzz = (options: {
  readonly bodies: number;
  readonly seed: number;
  readonly only?: number;
  readonly progress?: (done: number) => void;
}): Tally => {
  const tally: Tally = { bodies: 0, pushes: 0, refused: 0, ignored: 0, unreadable: 0, handshakes: 0, slowest: 0, failures: [] };
  const from = options.only ?? 0;
  for (let body = from; body < (options.only === undefined ? options.bodies : from + 1); body += 1) {
    // Each from its own seed, so that one alone can be tried again.
    const random = makeRandom(options.seed * 1_000_003 + body);
    const fixture = random.pick(fixtures);
    const mutated = mutate(fixture.request, random, bodies);
    const { request, names } = mutated;
    const started = performance.now();
    for (const format of [fixture.format, random.pick(REGISTRY_NAMES)]) {
      const why = problemOf(fixture, format, mutated, tally);
      if (why !== undefined) tally.failures.push({ seed: options.seed, body, file: fixture.file, format, names, why, request });
    }
    const took = performance.now() - started;
    if (took > TOO_SLOW)
      tally.failures.push({ seed: options.seed, body, file: fixture.file, format: fixture.format, names, why: `it took ${took} ms`, request });
    tally.slowest = Math.max(tally.slowest, took);
    tally.bodies += 1;
    options.progress?.(tally.bodies);
  }
  return tally;
};

/** Harbor leaves Tencent's to Tencent when it is asked whose it is; a notice of Diun without its version is a generic one. */
const readsOf = (format: RegistryName, own: RegistryName): boolean =>
  sameBody(format, own) || (format === 'harbor' && own === 'tencent-tcr') || (format === 'generic' && own === 'diun');

/** Counts what one format makes of a delivery, and says what of it must not be. */
const problemOf = ({ format: own, kind, expected }: Fixture, format: RegistryName, { request, names, harmless }: Mutated, tally: Tally): string | undefined => {
  const registry = formatOf(format);
  const scope = scopeFor(format, expected);
  let reading: Reading;
  let known: boolean;
  try {
    reading = registry.read(request, scope);
    known = registry.recognises(request);
    for (const proof of registry.proofs) if (proof.by === 'hmac') proof.over?.(request);
  } catch (error) {
    return `it throws: ${error instanceof Error ? error.stack : String(error)}`;
  }
  if (!isSound(reading)) return `its reading is not sound: ${JSON.stringify(reading).slice(0, 500)}`;
  if (reading.is === 'handshake') tally.handshakes += 1;
  else if (reading.is === 'unreadable') tally.unreadable += 1;
  if (reading.is !== 'events') return undefined;
  tally.ignored += reading.ignored.length;
  for (const event of reading.pushes) {
    const push = toPush(event, scope, { id: 'i', receivedAt: 1 });
    if (!push.ok) {
      tally.refused += 1;
      if (push.why.length < 10) return 'a refusal says nothing';
      continue;
    }
    tally.pushes += 1;
    // Another format that does would keep it from being deployed. Tencent's are left to Tencent.
    if (!known && !(format === 'harbor' && event.host?.toLowerCase().endsWith('.tencentcloudcr.com')))
      return 'it reads a push out of what it does not recognise';
    const odd = referenceProblem(push.value);
    if (odd !== undefined) return odd;
    // With more of it gone, nothing may be left but what a generic notice is.
    if (harmless && (format !== 'generic' || names.length === 1) && !readsOf(format, own))
      return `it is of ${own}, and became the push of ${push.value.repository}:${push.value.tag}`;
    if (harmless && format === own && kind !== 'image-push') return `it is a ${kind}, and became the push of ${push.value.repository}:${push.value.tag}`;
  }
  return undefined;
};

const referenceProblem = ({ repository, tag, digest, pushedAt }: Push): string | undefined => {
  const image = { repository, tag, ...(digest === undefined ? {} : { digest }) };
  const back = parseImage(formatImage(image));
  if (!back.ok) return `the image ${formatImage(image)} does not parse: ${back.why}`;
  if (JSON.stringify(back.value) !== JSON.stringify(image)) return `the image ${formatImage(image)} is read back as ${JSON.stringify(back.value)}`;
  return pushedAt === undefined || (Number.isSafeInteger(pushedAt) && pushedAt >= 0) ? undefined : `the time of the push is ${pushedAt}`;
};
