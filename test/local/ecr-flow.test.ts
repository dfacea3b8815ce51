/** A push to Amazon ECR on the local engine with the real functions: an event put by hand, over the rule, the queue and match, to the call. Nothing is pasted. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, expect, it } from 'vitest';
import { type Fields, fields, list, parseJson } from '../../infra/local/json.ts';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';
import { ECR_DIGEST, ecrEvent } from '../stages/ecr-event.ts';

const data = mkdtempSync(join(tmpdir(), 'ecr-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const REPOSITORY = '000000000000.dkr.ecr.us-east-1.amazonaws.com/shop/web';
const OPEN = ['queued', 'held', 'running'];

/** As an SDK sends it. */
const putEvents = async ({ awsUrl, region, accessKeyId, secretAccessKey }: Engine, ...events: readonly ReturnType<typeof ecrEvent>[]): Promise<Fields> => {
  const url = new URL(awsUrl);
  const body = JSON.stringify({
    Entries: events.map(({ source, detail, ...event }) => ({ Source: source, DetailType: event['detail-type'], Detail: JSON.stringify(detail) })),
  });
  const signer = new SignatureV4({ service: 'events', region, credentials: { accessKeyId, secretAccessKey }, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: '/',
    query: {},
    headers: { host: url.host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
    body,
  });
  const answer = await fetch(url, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
  return fields(parseJson(await answer.text(), 'answer'), 'answer');
};

const startReceiver = async () => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    bodies.push(body);
    response.end('taken');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { port: typeof address === 'object' && address !== null ? address.port : 0, bodies, stop };
};

it('a push is a call and a deployment; a platform, a deletion and another repository are nothing', async () => {
  const receiver = await startReceiver();
  const engine = await startEngine({ data, allow: [`127.0.0.1:${receiver.port}`] });
  try {
    const api = async (method: string, path: string, body?: object): Promise<Fields> => {
      const headers = { authorization: `Bearer ${engine.token}`, 'content-type': 'application/json' };
      const response = await fetch(engine.url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const answer = await response.text();
      expect(response.status, `${method} ${path}: ${answer}`).toBeLessThan(300);
      return fields(parseJson(answer, path), path);
    };
    const settled = async (count: number): Promise<readonly Fields[]> => {
      for (let attempt = 0; ; attempt += 1) {
        const found = list((await api('GET', '/v1/calls?limit=100')).items, 'calls').map((call) => fields(call, 'call'));
        if ((found.length === count && found.every(({ status }) => !OPEN.includes(String(status)))) || attempt === 300) return found;
        await pause(100);
      }
    };
    await api('POST', '/v1/applications', { name: 'web', target: { kind: 'http', url: `http://127.0.0.1:${receiver.port}/` } });
    const made = await api('POST', '/v1/triggers', { name: 'web', registry: 'ecr', repository: 'shop/web', application: 'web' });
    expect(made).toMatchObject({ hook: 'ecr', repository: REPOSITORY, guide: [expect.stringContaining('Nothing to paste')] });
    expect(made).not.toHaveProperty('url');
    expect(made).not.toHaveProperty('hint');

    const answer = await putEvents(
      engine,
      ecrEvent({}, { 'image-tag': undefined, 'image-digest': `sha256:${'1'.repeat(64)}` }),
      ecrEvent({}, { 'action-type': 'DELETE' }),
      ecrEvent({}, { 'repository-name': 'shop/api' }),
      ecrEvent(),
    );
    expect(answer).toMatchObject({ FailedEntryCount: 0, Entries: [{}, {}, {}, { EventId: expect.any(String) }] });
    expect(await settled(1)).toMatchObject([{ trigger: 'web', hook: 'ecr', repository: REPOSITORY, tag: 'v1', digest: ECR_DIGEST, status: 'delivered' }]);
    expect(receiver.bodies).toEqual([expect.stringContaining(ECR_DIGEST)]);

    const unsigned = await fetch(engine.awsUrl, { method: 'POST', headers: { 'x-amz-target': 'AWSEvents.PutEvents' }, body: '{"Entries":[]}' });
    expect(unsigned.status).toBe(403);
    expect(await settled(1)).toHaveLength(1);
  } finally {
    expect(await engine.stop()).toBe(0);
    await receiver.stop();
  }
}, 120_000);
