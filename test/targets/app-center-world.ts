/** An `app-center` target with a peer on loopback that answers as App Center does. */
import type { IncomingHttpHeaders } from 'node:http';
import { serveHttp } from '../outbound/loopback.ts';
import type { World } from './contract.ts';
import { textOf } from './fake-sts.ts';
import { makeIo } from './io.ts';
import { type BoundTarget, targetOf } from './kinds.ts';

export const REFERENCE = 'ssm:/image-triggers/web/trigger-url';
/** Of the form that the vendor's have: a JWT of `clusterId` and `id`, made up here. */
export const TOKEN = 'eyJhbGciOiJub25lIn0.eyJjbHVzdGVySWQiOiJjMSIsImlkIjoiMSJ9.bm90LWEtc2lnbmF0dXJl';

export interface Told {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface AppCenterWorld extends World {
  readonly target: Extract<BoundTarget, { sight: 'blind' }>;
  readonly told: Told[];
  /** Undefined: silence. */
  answer: Answer | undefined;
  /** What the secret holds. */
  url: string;
}

export const reply = (code: unknown, message = ''): Answer => ({ body: JSON.stringify({ code, message, requestId: 'c811998e-3dda-405c-9564-000000000000' }) });
const FINE = reply('200');

/** `given`: of the configuration. */
export const appCenterWorld = async (given: object = { body: 'patch', deployment: 'demo', container: 'demo' }): Promise<AppCenterWorld> => {
  const told: Told[] = [];
  let accepted = 0;
  const server = await serveHttp(async (request, response) => {
    const body = await textOf(request);
    told.push({ method: request.method, url: request.url, headers: request.headers, body });
    const { answer } = world;
    if (answer === undefined) return;
    if (answer === FINE) accepted += 1;
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(answer.body);
  });
  const definition = { kind: 'app-center', url: REFERENCE, ...given };
  const target = targetOf(definition);
  if (!target.ok || target.value.sight !== 'blind') throw new Error(target.ok ? 'no blind target' : target.why);
  const world: AppCenterWorld = {
    definition,
    target: target.value,
    told,
    answer: FINE,
    url: `${server.origin}/hook/trigger?token=${TOKEN}`,
    io: (options) => makeIo({ allow: [`127.0.0.1:${server.port}`], secrets: { [REFERENCE]: world.url }, ...options }),
    changes: async () => accepted,
    // Both inside of a 200, as the origin does.
    refuse: () => {
      world.answer = reply('403', 'the trigger does not exist');
    },
    busy: () => {
      world.answer = reply('503', 'busy');
    },
    silent: () => {
      world.answer = undefined;
    },
  };
  return world;
};
