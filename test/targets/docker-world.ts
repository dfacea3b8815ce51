/** A machine whose container `web` runs BLUE as `v1`, made by hand and not by us. */
import { makeDockerSocket } from '../../functions/outbound/docker-socket.ts';
import type { OutboundAnswer } from '../../functions/targets/target.ts';
import type { ReadableWorld } from './contract.ts';
import { type FakeContainer, type FakeDocker, type FakeImage, type Json, startFakeDocker } from './fake-docker.ts';
import { BLUE, GREEN, type IoOptions, makeIo, NOW } from './io.ts';

export const REPOSITORY = 'registry.example.com/shop/web';
export const THEIRS = `sha256:${'7'.repeat(64)}`;

export const imageOf = (digest: string, config: Json = {}): FakeImage => ({
  id: `sha256:${digest.slice(7, 17)}${'0'.repeat(54)}`,
  repository: REPOSITORY,
  digest,
  config: { Env: ['PATH=/bin', `VERSION=${digest.slice(7, 9)}`], Cmd: ['serve'], Healthcheck: { Test: ['CMD', 'true'] }, ...config },
});

export interface DockerWorld extends ReadableWorld {
  readonly fake: FakeDocker;
  readonly live: FakeContainer;
  /** What ports of the machine answer. */
  readonly answers: Map<number, number | 'closed' | 'mute'>;
  readonly reached: string[];
}

export const dockerWorld = async (more: Json = {}, body: Json = {}): Promise<DockerWorld> => {
  const fake = await startFakeDocker();
  const [blue, green, theirs] = [imageOf(BLUE), imageOf(GREEN), imageOf(THEIRS)];
  for (const [tag, image] of [
    ['v1', blue],
    ['v2', green],
    ['theirs', theirs],
  ] as const)
    for (const reference of [`${REPOSITORY}:${tag}`, `${REPOSITORY}@${image.digest}`]) fake.registry.set(reference, image);
  for (const reference of [`${REPOSITORY}:v1`, `${REPOSITORY}@${BLUE}`, blue.id]) fake.images.set(reference, blue);
  const live = fake.add('web', blue, { Image: `${REPOSITORY}:v1`, ...body });
  live.status = 'running';
  const answers: DockerWorld['answers'] = new Map();
  const reached: string[] = [];
  const reach = async (port: number, path: string): Promise<OutboundAnswer> => {
    reached.push(`${port}${path}`);
    const exchange = { request: { method: 'GET', url: `http://127.0.0.1:${port}${path}`, headers: {} }, ms: 1 };
    const status = answers.get(port) ?? 'closed';
    return typeof status === 'number'
      ? { is: 'answered', status, headers: {}, body: '', exchange }
      : { is: 'broken', why: status === 'closed' ? 'nothing listens there' : 'no answer', sent: status === 'mute', exchange };
  };
  const socket = makeDockerSocket({ socketPath: fake.socketPath, clock: () => NOW });
  return {
    fake,
    live,
    answers,
    reached,
    definition: { kind: 'docker', container: 'web', ...more },
    io: (options: IoOptions = {}) => {
      const io = makeIo(options);
      return { ...io, docker: (request) => socket(request, io.signal), reach };
    },
    changes: async () => fake.starts,
    refuse: () =>
      void fake.instead.push({ match: /^POST \/containers\/create/, times: Number.POSITIVE_INFINITY, with: { status: 400, message: 'invalid mount config' } }),
    busy: () => void fake.instead.push({ match: /json$/, times: Number.POSITIVE_INFINITY, with: { status: 503, message: 'the daemon is shutting down' } }),
    silent: () => void fake.instead.push({ match: /json$/, times: Number.POSITIVE_INFINITY, with: 'silence' }),
    crashInside: () => void fake.instead.push({ match: /start$/, times: 1, with: 'cut' }),
    overtake: async () => {
      fake.images.set(theirs.id, theirs);
      fake.containers.splice(fake.containers.indexOf(live), 1);
      fake.add('web', theirs, { Image: `${REPOSITORY}:theirs` }).status = 'running';
    },
    finish: (how) => {
      const next = fake.named('web.next');
      if (next === undefined) throw new Error('nothing is on its way');
      if (how === 'healthy') next.health = 'healthy';
      else Object.assign(next, { status: 'exited', exitCode: 3 });
    },
  };
};
