/** The few requests to the Docker Engine API that a deployment needs. Docker's and podman's answers alike are read here, once. */
import { type Fields, fields, isFields } from '../core/fields.ts';
import { jsonIn } from '../core/json-in.ts';
import type { Exchange, Outcome, Why } from '../core/outcome.ts';
import type { DockerRequest, OutboundAnswer, TargetIo } from './target.ts';
import { withoutBody } from './without-body.ts';

export const textAt = (value: Fields, field: string): string => {
  const inside = value[field];
  return typeof inside === 'string' ? inside : '';
};
export const numberAt = (value: Fields, field: string): number => {
  const inside = value[field];
  return typeof inside === 'number' ? inside : 0;
};
export const textsAt = (value: Fields, field: string): readonly string[] => {
  const inside = value[field];
  if (typeof inside === 'string') return [inside];
  return Array.isArray(inside) ? inside.filter((item) => typeof item === 'string') : [];
};

export type DockerProblem = Extract<Outcome, { is: 'refused' | 'unavailable' }>;

/** What ends an attempt early: the outcome itself, on its way up. */
export class DockerFailure extends Error {
  readonly problem: DockerProblem;
  constructor(problem: DockerProblem) {
    super(problem.why.detail ?? problem.why.code);
    this.problem = problem;
  }
}

export const failure = (code: Why['code'], detail: string, exchange?: Exchange): DockerFailure =>
  new DockerFailure(
    code === 'unavailable'
      ? { is: 'unavailable', why: { code, detail }, answered: true, ...(exchange === undefined ? {} : { exchange }) }
      : { is: 'refused', why: { code, detail }, ...(exchange === undefined ? {} : { exchange }) },
  );

type Answered = Extract<OutboundAnswer, { is: 'answered' }>;

/** Every function throws `DockerFailure`. */
export interface DockerApi {
  /** As `inspect` shows it, by name or id; undefined when there is none. */
  container(name: string): Promise<Fields | undefined>;
  image(reference: string): Promise<Fields | undefined>;
  /** `tag` may be a digest. */
  pull(repository: string, tag: string, auth: string | undefined): Promise<Exchange>;
  tag(reference: string, repository: string, tag: string): Promise<void>;
  /** The id; undefined when the name is taken. */
  create(name: string, body: object): Promise<string | undefined>;
  connect(network: string, container: string, endpoint: object): Promise<void>;
  /** `why`: what the container itself is not started for. */
  start(id: string): Promise<{ readonly exchange: Exchange; readonly why?: string }>;
  stop(id: string, seconds: number): Promise<void>;
  /** It is not started again with the daemon, as far as that can be had: podman before 5 has no such request, and starts containers at boot only where its own unit is enabled. */
  leaveStopped(id: string): Promise<void>;
  /** False when the new name is taken, or the container is gone. */
  rename(id: string, name: string): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** By a name: that name, and with the last of them the image. The daemon keeps one that a container has. */
  removeImage(reference: string): Promise<void>;
  lastLines(id: string): Promise<string>;
  /** With which code it ended last, between these times (in milliseconds), where the daemon knows it still. */
  lastCode(id: string, since: number, until: number): Promise<string | undefined>;
}

const LAST_LINES = 20;

const connectDocker = (docker: (request: DockerRequest) => Promise<OutboundAnswer>): DockerApi => {
  /** The answer where its status is one of `fine`; 409 among them is also podman's own way to say it. */
  const ask = async (method: DockerRequest['method'], path: string, fine: readonly number[], more: Partial<DockerRequest> = {}): Promise<Answered> => {
    const answer = await docker({ method, path, ...more });
    if (answer.is === 'answered' && fine.includes(answer.status)) return answer;
    if (answer.is === 'answered' && fine.includes(409) && answer.status === 500 && /already in use/.test(answer.body)) return { ...answer, status: 409 };
    throw problemOf(answer, `${method} ${path.replace(/\?.*$/, '')}`);
  };
  const inspect = async (path: string): Promise<Fields | undefined> => {
    const answer = await ask('GET', path, [200, 404]);
    return answer.status === 404 ? undefined : readJson(answer);
  };
  return {
    container: (name) => inspect(`/containers/${encodeURIComponent(name)}/json`),
    // Not encoded: the slashes of a reference are part of the route.
    image: (reference) => inspect(`/images/${reference}/json`),
    pull: async (repository, tag, auth) => {
      const path = `/images/create?fromImage=${encodeURIComponent(repository)}&tag=${encodeURIComponent(tag)}`;
      const answer = await docker({
        method: 'POST',
        path,
        ...(auth === undefined ? {} : { headers: { 'x-registry-auth': auth }, secretHeaders: ['x-registry-auth'] }),
      });
      if (answer.is === 'broken' && answer.sent)
        throw failure('unavailable', `the image is still being pulled: ${answer.why}; it goes on there, and the next attempt takes it up`, answer.exchange);
      if (answer.is !== 'answered') throw problemOf(answer, 'POST /images/create');
      const why = pullProblem(answer);
      if (why !== undefined) throw failure(pullCode(why), `the image cannot be pulled: ${why}`, answer.exchange);
      return answer.exchange;
    },
    tag: async (reference, repository, tag) =>
      void (await ask('POST', `/images/${reference}/tag?repo=${encodeURIComponent(repository)}&tag=${encodeURIComponent(tag)}`, [201, 200])),
    create: async (name, body) => {
      const answer = await ask('POST', `/containers/create?name=${encodeURIComponent(name)}`, [201, 409], { body: JSON.stringify(body) });
      return answer.status === 409 ? undefined : textAt(readJson(answer), 'Id');
    },
    connect: async (network, container, endpoint) =>
      void (await ask('POST', `/networks/${encodeURIComponent(network)}/connect`, [200, 204], {
        body: JSON.stringify({ Container: container, EndpointConfig: endpoint }),
      })),
    start: async (id) => {
      const answer = await docker({ method: 'POST', path: `/containers/${id}/start` });
      if (answer.is !== 'answered' || answer.status === 404 || answer.status === 503) throw problemOf(answer, 'POST /containers/…/start');
      // A command that is not there, a port that is taken: 400 or 500 from Docker, 500 from podman.
      return { exchange: answer.exchange, ...(answer.status < 400 ? {} : { why: saidBy(answer) }) };
    },
    stop: async (id, seconds) => void (await ask('POST', `/containers/${id}/stop?t=${seconds}`, [204, 304, 404])),
    // Whatever is answered: it is no reason to hold a rollout up.
    leaveStopped: async (id) =>
      void (await docker({ method: 'POST', path: `/containers/${id}/update`, body: JSON.stringify({ RestartPolicy: { Name: 'no' } }) })),
    rename: async (id, name) => (await ask('POST', `/containers/${id}/rename?name=${encodeURIComponent(name)}`, [204, 404, 409])).status === 204,
    // Without its anonymous volumes: the one that takes its place may have them. 409: it is being removed already.
    remove: async (id) => void (await ask('DELETE', `/containers/${id}?force=true`, [204, 404, 409])),
    removeImage: async (reference) => void (await ask('DELETE', `/images/${reference}`, [200, 404, 409, 500])),
    lastCode: async (id, since, until) => {
      const filters = encodeURIComponent(JSON.stringify({ container: [id], event: ['die', 'died'] }));
      const { body } = await ask('GET', `/events?since=${Math.floor(since / 1_000)}&until=${until / 1_000}&filters=${filters}`, [200]);
      return body.split('\n').flatMap(codeIn).at(-1);
    },
    lastLines: async (id) => plainLog((await ask('GET', `/containers/${id}/logs?stdout=true&stderr=true&tail=${LAST_LINES}`, [200])).body),
  };
};

/** The socket of this machine, where there is one. */
export const dockerOf = ({ docker }: TargetIo): DockerApi => {
  if (docker === undefined) throw failure('target-misconfigured', 'docker is for the engine on one machine: npm start -- --docker');
  return connectDocker(docker);
};

const problemOf = (answer: OutboundAnswer, request: string): DockerFailure => {
  // What `create` sends holds the variables of the application, among them its secrets.
  const exchange = withoutBody(answer.exchange);
  if (answer.is !== 'answered') return failure('unavailable', answer.why, exchange);
  const detail = `${request} answered ${answer.status}: ${saidBy(answer)}`;
  if (answer.status === 401 || answer.status === 403) return failure('access-denied', detail, exchange);
  return failure(
    answer.status >= 500 || answer.status === 404 || answer.status === 409 || answer.status === 429 ? 'unavailable' : 'target-refused',
    detail,
    exchange,
  );
};

const readJson = (answer: Answered): Fields => {
  const value = jsonIn(answer.body);
  if (!isFields(value)) throw failure('unavailable', 'the Docker daemon answered with something that is not a JSON object', answer.exchange);
  return value;
};

const SAID = 300;

const saidBy = ({ body }: Answered): string => {
  const message = textAt(fields(jsonIn(body)), 'message');
  return (message === '' ? body : message).replace(/\s+/g, ' ').trim().slice(0, SAID);
};

/** An error of a pull comes inside an answer of 200: the daemon begins it before it knows. */
const pullProblem = (answer: Answered): string | undefined => {
  if (answer.status !== 200) return saidBy(answer);
  const errors = answer.body.split('\n').flatMap((line) => textAt(fields(jsonIn(line)), 'error') || []);
  return errors.at(-1)?.slice(0, SAID);
};

const pullCode = (why: string): Why['code'] => {
  if (/unauthori[sz]ed|denied|authentication required|no basic auth/i.test(why)) return 'access-denied';
  return /manifest unknown|not found|no matching manifest|does not exist|invalid reference/i.test(why) ? 'target-refused' : 'unavailable';
};

/** An event a line. Podman before 5 has its own name for the attribute, as for the event; where it keeps them in a file, it gives none that has passed. */
const codeIn = (line: string): readonly string[] => {
  const attributes = fields(fields(fields(jsonIn(line)).Actor).Attributes);
  const codes = [textAt(attributes, 'exitCode'), textAt(attributes, 'containerExitCode')];
  return codes.filter((code) => code !== '').slice(0, 1);
};

/** Without a terminal each piece of a log has a head of eight bytes: stream, three zeros, length. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const HEAD = /[\u0000-\u0002]\u0000{3}[\s\S]{4}/g;

const plainLog = (log: string): string => log.replace(HEAD, '').trim().split('\n').slice(-LAST_LINES).join('\n');
