/** The door of ingest with real deliveries: a hook of any format, events as API Gateway shapes them, and the exported handler. */
import type { Credential } from '../../functions/core/definitions.ts';
import { makeIngestHandler } from '../../functions/ingest/handler.ts';
import type { RegistryName } from '../../functions/registries/index.ts';
import type { RawRequest } from '../../functions/registries/registry.ts';
import { type Fixture, fixtures, sameBody, scopeFor } from '../registries/fixtures.ts';
import { type Bench, makeBench } from './bench.ts';
import { apiContext, gatewayEvent } from './events.ts';
import { hook, TOKEN } from './given.ts';

export const pushOf = (name: RegistryName): Fixture => {
  const found = fixtures.find(({ format, kind, expected }) => sameBody(format, name) && kind === 'image-push' && expected.length > 0);
  if (found === undefined) throw new Error(`no push of ${name} was recorded`);
  return found;
};

const { registryHost: _host, ...anyHost } = hook();

export const ready = (registry: RegistryName, { expected }: Pick<Fixture, 'expected'>, credential?: Credential): Bench => {
  const bench = makeBench();
  bench.memory.hooks.set('hub', { ...anyHost, ...scopeFor(registry, expected), name: 'hub', registry, ...(credential === undefined ? {} : { credential }) });
  return bench;
};

export const send = async (bench: Bench, request: RawRequest, headers: Readonly<Record<string, string>> = {}, base64 = false) => {
  const text = Buffer.from(request.body).toString();
  const sent = { ...request.headers, ...headers };
  const event = gatewayEvent(TOKEN, text === '' ? undefined : text, { base64, method: request.method, headers: sent, query: { ...request.query } });
  const answer = await makeIngestHandler(bench.ports.ingest)(event, apiContext);
  return { status: answer.statusCode, body: answer.body ?? '', headers: answer.headers };
};

/** Without whatever the recorded sender proved itself with. */
export const bare = (request: RawRequest): RawRequest => ({
  ...request,
  headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !/signature|authorization|event-auth|api-key/.test(name))),
});
