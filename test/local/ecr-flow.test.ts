/** A push to Amazon ECR on the local engine with the real functions: an event put by hand, over the rule, the queue and match, to the call. Nothing is pasted. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Sha256 } from '@aws-crypto/sha256-js';
import { GetQueueAttributesCommand, ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, expect, it } from 'vitest';
import { type Fields, fields, list, parseJson } from '../../infra/local/json.ts';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';
import { ECR_DIGEST, ecrEvent } from '../stages/ecr-event.ts';
import { askEngine, settledCalls } from './ask-engine.ts';
import { startReceiver } from './receiver.ts';

const data = mkdtempSync(join(tmpdir(), 'ecr-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const REPOSITORY = '000000000000.dkr.ecr.us-east-1.amazonaws.com/shop/web';

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

const queuesOf = async ({ awsUrl: endpoint, region, accessKeyId, secretAccessKey }: Engine) => {
  const client = new SQSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, useQueueUrlAsEndpoint: false });
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'ImageTriggers-Pushes' }));
  const queue = (name: string) => {
    const QueueUrl = QueueUrls.find((url) => url.includes(name));
    return {
      send: async (...bodies: readonly string[]): Promise<void> => {
        for (const MessageBody of bodies) await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      },
      count: async (): Promise<number> => {
        const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
        return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
      },
    };
  };
  return { pushes: queue('PushesQueue'), deadLetters: queue('PushesDeadLetters') };
};

it('a push is a call and a deployment; a platform, a deletion and another repository are nothing', async () => {
  const receiver = await startReceiver();
  const engine = await startEngine({ data, allow: [`127.0.0.1:${receiver.port}`] });
  try {
    const api = (method: string, path: string, body?: object) => askEngine(engine, method, path, body);
    const settled = (count: number) => settledCalls(engine, '', count);
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
    // Nobody answers for ECR here: the push goes on as it came, and says so.
    const registry = expect.stringContaining('ecr:GetAuthorizationToken');
    const delivered = { trigger: 'web', hook: 'ecr', repository: REPOSITORY, tag: 'v1', digest: ECR_DIGEST, status: 'delivered', registry };
    expect(await settled(1)).toMatchObject([delivered]);
    expect(receiver.bodies).toEqual([expect.stringContaining(ECR_DIGEST)]);

    // An event of long ago, as a replay brings it, twice at once and once more; and one that nobody can read.
    const { pushes, deadLetters } = await queuesOf(engine);
    const again = JSON.stringify(ecrEvent({ account: '000000000000', region: 'us-east-1' }, { 'image-tag': 'v2' }));
    await pushes.send(again, again);
    const two = await settled(2);
    expect(two.map(({ tag, status }) => [tag, status]).sort()).toEqual([
      ['v1', 'delivered'],
      ['v2', 'skipped'],
    ]);
    await pushes.send(again, '{"detail-type":"ECR Image Action","source":"aws.ecr"}');
    for (let attempt = 0; attempt < 300 && (await pushes.count()) > 0; attempt += 1) await pause(100);
    expect([await pushes.count(), await deadLetters.count()]).toEqual([0, 0]);
    expect(await settled(2)).toEqual(two);
    expect(receiver.bodies).toHaveLength(1);
    const log = readdirSync(join(data, 'logs')).map((file) => readFileSync(join(data, 'logs', file), 'utf8'));
    expect(log.join('').split('"push.ignored"')).toHaveLength(2);

    // The hook keeps what came of each; what a replay brings is as old as it says. It can be tried without any push.
    expect(await api('POST', '/v1/hooks/ecr/test', { repository: 'shop/web', tag: 'v3' })).toMatchObject({
      test: true,
      triggers: [{ trigger: 'web', fires: true }],
    });
    expect((await settled(3))[0]).toMatchObject({ tag: 'v3', source: 'test', status: 'delivered' });
    const kept = async (count: number): Promise<readonly Fields[]> => {
      for (let attempt = 0; ; attempt += 1) {
        const found = list((await api('GET', '/v1/hooks/ecr/deliveries')).items, 'deliveries').map((delivery) => fields(delivery, 'delivery'));
        if (found.length === count || attempt === 100) return found;
        await pause(100);
      }
    };
    const deliveries = await kept(4);
    expect(deliveries.map(({ verdict }) => verdict).sort()).toEqual(['fired', 'fired', 'ignored', 'unheard']);
    expect(deliveries[0]).toMatchObject({ verdict: 'fired', test: true, references: [`${REPOSITORY}:v3`] });

    const unsigned = await fetch(engine.awsUrl, { method: 'POST', headers: { 'x-amz-target': 'AWSEvents.PutEvents' }, body: '{"Entries":[]}' });
    expect(unsigned.status).toBe(403);
  } finally {
    expect(await engine.stop()).toBe(0);
  }
}, 120_000);
