/** An engine asked by its API: the body of a good answer; any other fails the test, with what was said. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Fields, fields, list, parseJson } from '../../infra/local/json.ts';
import type { Engine } from '../../infra/local/start-engine.ts';

export const askEngine = async ({ url, token }: Pick<Engine, 'url' | 'token'>, method: string, path: string, body?: object): Promise<Fields> => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const answer = await response.text();
  expect(response.status, `${method} ${path}: ${answer}`).toBeLessThan(300);
  return fields(parseJson(answer, path), path);
};

export const isOpen = ({ status }: Fields): boolean => ['queued', 'held', 'running'].includes(String(status));

/** `query`: which calls, all when it is empty; the newest first. */
export const callsOf = async (engine: Pick<Engine, 'url' | 'token'>, query: string): Promise<readonly Fields[]> =>
  list((await askEngine(engine, 'GET', `/v1/calls?limit=100${query === '' ? '' : `&${query}`}`)).items, 'calls').map((call) => fields(call, 'call'));

/** The same once there are as many, and all have ended; after a while as they are. */
export const settledCalls = async (engine: Pick<Engine, 'url' | 'token'>, query: string, count: number): Promise<readonly Fields[]> => {
  for (let attempt = 0; ; attempt += 1) {
    const found = await callsOf(engine, query);
    if ((found.length === count && !found.some(isOpen)) || attempt === 600) return found;
    await pause(100);
  }
};
