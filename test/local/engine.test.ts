/** The engine as a whole, as a process, over a small assembly of its own: see `assembly/`. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, startEngine } from '../../infra/local/start-engine.ts';

const ASSEMBLY = fileURLToPath(new URL('./assembly', import.meta.url));
const directories: string[] = [];
const newData = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'engine-'));
  directories.push(directory);
  return directory;
};
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Asks again until the answer is right: how long that takes is not what is tested. */
const eventually = async <T>(ask: () => Promise<T>, right: (value: T) => boolean): Promise<T> => {
  for (let attempt = 0; ; attempt += 1) {
    const value = await ask();
    if (right(value) || attempt === 150) return value;
    await pause(100);
  }
};

const clientsOf = ({ awsUrl: endpoint, accessKeyId, secretAccessKey, region }: Engine) => {
  const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
  return { dynamodb: new DynamoDBClient(settings), sqs: new SQSClient({ ...settings, useQueueUrlAsEndpoint: false }) };
};
const itemOf = async (engine: Engine, pk: string) =>
  (await clientsOf(engine).dynamodb.send(new GetItemCommand({ TableName: 'Sample-Table', Key: { pk: { S: pk } }, ConsistentRead: true }))).Item;
const messagesIn = async (engine: Engine, queue: string): Promise<number> => {
  const { Attributes } = await clientsOf(engine).sqs.send(new GetQueueAttributesCommand({ QueueUrl: `http://x/0/${queue}`, AttributeNames: ['All'] }));
  return (
    Number(Attributes?.ApproximateNumberOfMessages) +
    Number(Attributes?.ApproximateNumberOfMessagesNotVisible) +
    Number(Attributes?.ApproximateNumberOfMessagesDelayed)
  );
};
const order = (engine: Engine, name: string) =>
  fetch(`${engine.url}/orders`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name }) });

/** State letters of the function processes of one engine: `T` is stopped. */
const functionStates = (pid: number): readonly string[] => {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, , parent, state, args = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return Number(parent) === pid && args.includes('function-host') ? [state?.[0] ?? ''] : [];
  });
};
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('the local engine', () => {
  let engine: Engine;
  let data = '';
  beforeAll(async () => {
    data = newData();
    mkdirSync(join(data, 'secrets', 'image-triggers'), { recursive: true });
    writeFileSync(join(data, 'secrets', 'image-triggers', 'token'), 's3cret\n');
    engine = await startEngine({ data, assembly: ASSEMBLY, allow: ['127.0.0.1:9'], env: { IMAGE_TRIGGERS_SECRET_X: 'handed on', UNRELATED: 'not handed on' } });
  });
  afterAll(() => engine.stop());
  const get = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(engine.url + path, init);
    return { status: response.status, headers: response.headers, body: await response.text() };
  };

  it('writes where it is for the owner only, and says what it left out', () => {
    const file = join(data, 'endpoint.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ url: engine.url, token: engine.token, pid: engine.pid, region: 'us-east-1' });
    expect(engine.printed()).toContain('AWS::IAM::Role ×1');
    expect(engine.printed()).not.toContain(engine.token);
  });

  it('takes a message from HTTP over function, queue and function into the table', async () => {
    expect((await order(engine, 'good')).status).toBe(202);
    expect(
      await eventually(
        () => itemOf(engine, 'good'),
        (item) => item !== undefined,
      ),
    ).toMatchObject({ receives: { N: '1' }, receiveCount: { S: '1' }, messageGroup: { S: 'fair' } });
  });

  it('leaves failed messages to their visibility and moves them to the dead letters after the last receive', async () => {
    await order(engine, 'bad');
    expect(
      await eventually(
        () => messagesIn(engine, 'Sample-OrdersDead'),
        (count) => count === 1,
      ),
    ).toBe(1);
    expect(await itemOf(engine, 'bad')).toMatchObject({ receives: { N: '2' }, receiveCount: { S: '2' } });
    expect(await messagesIn(engine, 'Sample-Orders')).toBe(0);
  });

  it('fires a rule when it is ready', async () => {
    expect(
      await eventually(
        () => itemOf(engine, 'tick'),
        (item) => item !== undefined,
      ),
    ).toMatchObject({ source: { S: 'aws.events' } });
  });

  it('gives functions the event and an environment of their own', async () => {
    const { status, headers, body } = await get('/echo/event?a=1&a=2', { headers: { cookie: 'x=1; y=2' } });
    const { event, env } = JSON.parse(body);
    expect([status, headers.getSetCookie()]).toEqual([200, ['a=1', 'b=2']]);
    expect(event).toMatchObject({
      routeKey: 'ANY /echo/{id}',
      rawPath: '/echo/event',
      rawQueryString: 'a=1&a=2',
      cookies: ['x=1', 'y=2'],
      pathParameters: { id: 'event' },
    });
    expect(env).toMatchObject({
      BASE: engine.url,
      TABLE: 'Sample-Table',
      OUTBOUND_ALLOW: '127.0.0.1:9',
      SECRET_ENV_PREFIX: 'IMAGE_TRIGGERS_SECRET_',
      IMAGE_TRIGGERS_SECRET_X: 'handed on',
      TZ: ':UTC',
    });
    expect(env).not.toHaveProperty('UNRELATED');
  });

  it('answers as API Gateway does when the function fails, ends, answers nonsense or is too late', async () => {
    for (const path of ['/echo/throw', '/echo/exit', '/echo/nonsense', '/echo/slow'])
      expect(await get(path)).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
    expect(await get('/echo/plain')).toMatchObject({ status: 200, body: '{"said":"without a status code"}' });
    expect(await get('/nowhere')).toMatchObject({ status: 404, body: '{"message":"Not Found"}' });
    expect(await get('/echo/%zz')).toMatchObject({ status: 400 });
  });

  it('refuses a body over 10 MB, headers over 10 kB and payloads that Lambda would not take', async () => {
    expect(await get('/echo/plain', { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) })).toMatchObject({
      status: 413,
      body: '{"message":"Request Entity Too Large"}',
    });
    expect(await get('/echo/plain', { method: 'POST', body: Buffer.alloc(5 * 1024 * 1024) })).toMatchObject({ status: 413 });
    expect(await get('/echo/plain', { headers: { 'x-long': 'x'.repeat(11_000) } })).toMatchObject({ status: 431 });
    expect(await get('/echo/plain', { method: 'POST', body: 'x'.repeat(4 * 1024 * 1024) })).toMatchObject({ status: 200 });
  });

  it('lets only the bearer of the token into an IAM route, and does not show it to the function', async () => {
    expect(await get('/v1/things')).toMatchObject({ status: 403, body: '{"message":"Forbidden"}' });
    expect(await get('/v1/things', { headers: { authorization: 'Bearer wrong' } })).toMatchObject({ status: 403 });
    const { status, body } = await get('/v1/things', { headers: { authorization: `Bearer ${engine.token}` } });
    expect(status).toBe(200);
    expect(body).not.toContain(engine.token);
    expect(JSON.parse(body).event.requestContext.authorizer.iam.accessKey).toBe(engine.accessKeyId);
  });

  it('reads parameters and secrets from files', async () => {
    expect((await get('/echo/parameter')).body).toBe('s3cret');
    expect((await get('/echo/secret')).body).toBe('s3cret');
  });

  it('stops function processes between invocations', async () => {
    await get('/echo/plain');
    const states = await eventually(
      async () => functionStates(engine.pid),
      (found) => found.every((state) => state === 'T'),
    );
    expect(states.length).toBeGreaterThan(0);
    expect(new Set(states)).toEqual(new Set(['T']));
  });

  it('keeps the log lines of each function, and why it failed', () => {
    const lines = readFileSync(join(data, 'logs', 'front.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual({ time: expect.stringMatching(/^\d{4}-.*Z$/), event: 'front.called', path: '/echo/throw' });
    expect(lines).toContainEqual(expect.objectContaining({ event: 'function.failed', errorType: 'TypeError', errorMessage: 'told to throw' }));
    expect(lines).toContainEqual(expect.objectContaining({ event: 'function.failed', errorType: 'Runtime.ExitError' }));
    expect(lines).toContainEqual(expect.objectContaining({ event: 'function.timed-out' }));
  });

  it('is alone on its data directory', async () => {
    await expect(startEngine({ data, assembly: ASSEMBLY })).rejects.toThrow(`a local engine (pid ${engine.pid}) runs on`);
    expect((await get('/echo/plain')).status).toBe(200);
  });
});

describe('the end of the engine', () => {
  it('is clean: exit code 0, no endpoint.json, no process left, credentials the same at the next start', async () => {
    const data = newData();
    const first = await startEngine({ data, assembly: ASSEMBLY });
    await fetch(`${first.url}/echo/plain`);
    expect(await first.stop()).toBe(0);
    expect(existsSync(join(data, 'endpoint.json'))).toBe(false);
    const second = await startEngine({ data, assembly: ASSEMBLY });
    expect([second.token, second.accessKeyId, second.secretAccessKey]).toEqual([first.token, first.accessKeyId, first.secretAccessKey]);
    await second.stop();
  });

  it('by kill -9 loses nothing that was acknowledged, and leaves no stopped function behind', async () => {
    const data = newData();
    const first = await startEngine({ data, assembly: ASSEMBLY });
    await order(first, 'kept');
    await eventually(
      () => itemOf(first, 'kept'),
      (item) => item !== undefined,
    );
    const functions = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .flatMap(([pid, parent, ...args]) => (Number(parent) === first.pid && args.join(' ').includes('function-host') ? [Number(pid)] : []));
    expect(functions.length).toBeGreaterThan(1);
    const { sqs } = clientsOf(first);
    await sqs.send(new SendMessageCommand({ QueueUrl: 'http://x/0/Sample-Orders', MessageBody: JSON.stringify({ name: 'delayed' }), DelaySeconds: 2 }));
    await Promise.all(Array.from({ length: 20 }, (_, index) => order(first, `burst-${index}`)));
    await first.kill9();
    expect(
      await eventually(
        async () => functions.some(isAlive),
        (alive) => !alive,
      ),
    ).toBe(false);

    const second = await startEngine({ data, assembly: ASSEMBLY });
    expect(await itemOf(second, 'kept')).toMatchObject({ receives: { N: '1' } });
    for (const name of ['delayed', ...Array.from({ length: 20 }, (_, index) => `burst-${index}`)]) {
      const item = await eventually(
        () => itemOf(second, name),
        (found) => found !== undefined,
      );
      expect(item?.receives, name).toBeDefined();
    }
    expect(await second.stop()).toBe(0);
  });

  it('refuses to let deployments call its own port', async () => {
    const data = newData();
    const first = await startEngine({ data, assembly: ASSEMBLY });
    const port = Number(new URL(first.url).port);
    await first.stop();
    await expect(startEngine({ data, assembly: ASSEMBLY, port, allow: [`localhost:${port}`] })).rejects.toThrow(
      `--allow localhost:${port}: is a port of the engine itself`,
    );
  });

  it('comes with a clear word when its port is taken', async () => {
    const first = await startEngine({ data: newData(), assembly: ASSEMBLY });
    const port = Number(new URL(first.url).port);
    await expect(startEngine({ data: newData(), assembly: ASSEMBLY, port })).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`);
    await first.stop();
  });
});

describe('the engine with chaos', () => {
  it('delivers every message, some more than once', async () => {
    const engine = await startEngine({ data: newData(), assembly: ASSEMBLY, chaos: 42 });
    const names = Array.from({ length: 40 }, (_, index) => `order-${index}`);
    for (const name of names) expect((await order(engine, name)).status).toBe(202);
    await eventually(
      () => messagesIn(engine, 'Sample-Orders'),
      (count) => count === 0,
    );
    const receives = await Promise.all(names.map(async (name) => Number((await itemOf(engine, name))?.receives?.N ?? 0)));
    expect(Math.min(...receives)).toBe(1);
    expect(Math.max(...receives)).toBeGreaterThan(1);
    await engine.stop();
  });
});
