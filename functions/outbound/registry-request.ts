/**
 * Requests about one repository by the distribution API, with whatever it asks for first. A password is sent only when
 * the registry asked, and only to it and to where it says that tokens are to be had; redirects are not followed.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
import { ecrRegion } from '../core/ecr-host.ts';
import { fields } from '../core/fields.ts';
import { hostOf, pathOf } from '../core/image.ts';
import { jsonIn } from '../core/json-in.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import type { RegistryAccess } from '../core/registry-answer.ts';
import type { OutboundAnswer, OutboundRequest } from '../targets/target.ts';
import { readChallenge } from './registry-challenge.ts';

export interface RegistryIo {
  /** Guarded, and bounded in time. */
  request(request: OutboundRequest): Promise<OutboundAnswer>;
  /** The value behind a reference. Throws when the store cannot be asked just now. */
  secret(reference: string): Promise<Parsed<string>>;
  /** Base64 of user and password for Amazon ECR in a region; another one than what was turned down. Never throws. */
  ecrToken(region: string, turnedDown?: string): Promise<Parsed<string>>;
  /** At Amazon ECR, what one has to be allowed for the question. */
  readonly action?: string;
  now(): number;
}

interface RegistryQuestion {
  readonly method: 'GET' | 'HEAD';
  /** After `/v2/<repository>/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly mostBytes?: number;
}

export type Answered = Extract<OutboundAnswer, { is: 'answered' }>;

/** What was answered, whatever it is, or why nothing was. */
export type AskRegistry = (question: RegistryQuestion, io: RegistryIo) => Promise<Parsed<Answered>>;

/** Where a registry has its API, when that is not where its images are named. */
const API_HOSTS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' };
/** As Docker does: what is on this machine speaks plain http. It is reached only where the engine was told so. */
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/;

export const registryUrl = (repository: string): string => {
  const host = hostOf(repository);
  return `${LOOPBACK.test(host) ? 'http' : 'https'}://${API_HOSTS[host] ?? host}/v2/${pathOf(repository)}`;
};

/** What proved enough for one question is sent with the next. */
export const makeAskRegistry = (repository: string, access: RegistryAccess): AskRegistry => {
  const url = registryUrl(repository);
  let authorization: string | undefined;

  const send = async ({ method, path, headers = {}, mostBytes }: RegistryQuestion, io: RegistryIo): Promise<Parsed<Answered>> => {
    const proof: Readonly<Record<string, string>> = authorization === undefined ? {} : { authorization };
    const answer = await io.request({
      method,
      url: `${url}/${path}`,
      headers: { ...headers, ...proof },
      ...(mostBytes === undefined ? {} : { mostBytes }),
    });
    return answer.is === 'answered' ? parsed(answer) : refused(answer.why);
  };

  return async (question, io) => {
    if (access === 'ecr' && authorization === undefined) {
      const proof = await ecrProof(hostOf(repository), io);
      if (!proof.ok) return proof;
      authorization = proof.value;
    }
    const first = await send(question, io);
    if (!first.ok || first.value.status !== 401) return first;
    const proof =
      access === 'ecr'
        ? await ecrProof(hostOf(repository), io, authorization)
        : await proofFor(first.value.headers['www-authenticate'] ?? '', pathOf(repository), access, io);
    if (!proof.ok) return proof;
    authorization = proof.value;
    return send(question, io);
  };
};

const BASIC = 'Basic ';

/** Amazon ECR asks everybody, and nobody else is given its token: so it is sent unasked. */
const ecrProof = async (host: string, io: RegistryIo, turnedDown?: string): Promise<Parsed<string>> => {
  const region = ecrRegion(host);
  if (region === undefined) return refused(`${host} is no registry of Amazon ECR: give the hook another access`);
  const token = await io.ecrToken(region, turnedDown?.slice(BASIC.length));
  return token.ok ? parsed(`${BASIC}${token.value}`) : token;
};

/** The value of `Authorization` that meets the challenge. */
const proofFor = async (header: string, path: string, access: Exclude<RegistryAccess, 'ecr'>, io: RegistryIo): Promise<Parsed<string>> => {
  const challenge = readChallenge(header);
  if (challenge === undefined) return refused('it answered 401 and does not say how to log in');
  const basic = access === 'public' ? parsed(undefined) : await basicOf(access.auth, io);
  if (!basic.ok) return basic;
  if (challenge.scheme === 'basic')
    return basic.value === undefined ? refused('it wants a user and a password, and the hook says that it is public') : parsed(basic.value);
  if (!URL.canParse(challenge.realm)) return refused('it answered 401 and names no address where a token is to be had');
  const realm = new URL(challenge.realm);
  if (challenge.service !== undefined) realm.searchParams.set('service', challenge.service);
  realm.searchParams.set('scope', challenge.scope ?? `repository:${path}:pull`);
  const headers: Readonly<Record<string, string>> = basic.value === undefined ? {} : { authorization: basic.value };
  const answer = await io.request({ method: 'GET', url: realm.href, headers });
  if (answer.is !== 'answered') return refused(answer.why);
  if (answer.status !== 200) return refused(`${realm.host} answered ${answer.status} instead of a token`);
  const token = tokenIn(answer.body);
  return token === undefined ? refused(`the answer of ${realm.host} holds no token`) : parsed(`Bearer ${token}`);
};

const basicOf = async (reference: string, io: RegistryIo): Promise<Parsed<string>> => {
  const secret = await secretOf(reference, io);
  if (!secret.ok) return secret;
  const { username, password } = fields(jsonIn(secret.value));
  return typeof username === 'string' && typeof password === 'string'
    ? parsed(`${BASIC}${Buffer.from(`${username}:${password}`).toString('base64')}`)
    : refused(`the secret ${reference} is not JSON of the form {"username":"…","password":"…"}`);
};

const secretOf = async (reference: string, io: RegistryIo): Promise<Parsed<string>> => {
  try {
    return await io.secret(reference);
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
};

const tokenIn = (body: string): string | undefined => {
  const { token, access_token } = fields(jsonIn(body));
  // By either name, of which Docker Hub uses both and Azure the second.
  return [token, access_token].find(isToken);
};

/** What a header can hold. */
const isToken = (value: unknown): value is string => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
