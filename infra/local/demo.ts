/** `npm run demo`: the main job from end to end on this machine, in half a minute, with a check of every step. Leaves nothing behind. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type DemoApplication, startApplication } from './demo-application.ts';
import { HOST, push, REPOSITORY } from './demo-registry.ts';
import { type Fields, fields, list, parseJson } from './json.ts';
import { type Engine, startEngine } from './start-engine.ts';
import { textTable } from './text-table.ts';

/** A deployment takes well under a second; a busy machine gets more. */
const PATIENCE_MS = 15_000;

const began = performance.now();
const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;
const say = (line = ''): void => void process.stdout.write(`${line}\n`);
let step = 0;
const title = (line: string): void => say(`\n${++step}. ${line}`);
const detail = (line: string): void => say(`   ${line}`);

/** Throws when something is not as the demo promises. */
const expect = (right: boolean, what: string): void => {
  if (!right) throw new Error(`this should not happen: ${what}`);
};

interface Answer {
  readonly status: number;
  readonly body: string;
}

const ask = async (url: string, method: 'GET' | 'POST', headers: Record<string, string> = {}, body?: object): Promise<Answer> => {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.text() };
};

const api = async (engine: Engine, method: 'GET' | 'POST', path: string, body?: object): Promise<Fields> => {
  const answer = await ask(`${engine.url}${path}`, method, { authorization: `Bearer ${engine.token}` }, body);
  expect(answer.status < 300, `${method} ${path} answered ${answer.status}: ${answer.body}`);
  return fields(parseJson(answer.body, path), path);
};

const deliver = async (url: string, tag: string, digest: string): Promise<void> => {
  const answer = await ask(url, 'POST', {}, push(tag, digest));
  detail(`the registry hears ${answer.status} ${answer.body}`);
  expect(answer.status === 202, `the webhook answered ${answer.status}`);
};

const colourOf = async (application: DemoApplication): Promise<string> =>
  /<h1>(\w+)<\/h1>/.exec((await ask(application.pageUrl, 'GET')).body)?.[1] ?? 'nothing';

const until = async <T>(look: () => Promise<T>, right: (value: T) => boolean, what: string): Promise<T> => {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (right(value)) return value;
    expect(performance.now() < end, `${what} did not come within ${PATIENCE_MS / 1000} s; last seen: ${JSON.stringify(value)}`);
    await pause(50);
  }
};

const callsOf = async (engine: Engine): Promise<readonly Fields[]> =>
  list((await api(engine, 'GET', '/v1/calls?trigger=release&limit=20')).items, 'calls').map((item) => fields(item, 'call'));
const callWith = (calls: readonly Fields[], tag: string): Fields | undefined => calls.find((call) => call.tag === tag);

const shown = (value: unknown): string => (value === undefined ? '' : String(value));
const records = (calls: readonly Fields[]): readonly string[] =>
  textTable(
    ['TAG', 'STATUS', 'REASON', 'HTTP', 'RESPONSE BODY'],
    calls.map((call) => [shown(call.tag), shown(call.status), shown(call.reason), shown(call.responseStatus), shown(call.responseBody).trim()]),
  );

const play = async (engine: Engine, application: DemoApplication): Promise<void> => {
  detail(`ready after ${seconds()}: ${engine.url}`);

  title(`A web application runs on ${application.pageUrl}`);
  const before = await colourOf(application);
  detail(`its page is ${before.toUpperCase()} (image ${REPOSITORY}:release-v1)`);
  expect(before === 'blue', `the page is ${before}, not blue`);

  title('An application and a trigger are created through the API');
  await api(engine, 'POST', '/v1/applications', { name: 'web', target: { kind: 'http', url: application.deployUrl } });
  detail(`POST /v1/applications   web → POST ${application.deployUrl}`);
  const rule = { mode: 'expression', expression: 'release-v.*' };
  const trigger = await api(engine, 'POST', '/v1/triggers', {
    name: 'release',
    registry: 'alibaba-acr',
    registryHost: HOST,
    repository: REPOSITORY,
    rule,
    application: 'web',
  });
  detail(`POST /v1/triggers       release: tags like ${rule.expression} of ${HOST}/${REPOSITORY} → web`);
  const url = shown(trigger.url);
  expect(url.startsWith(`${engine.url}/hooks/`), `the trigger has no webhook URL of this engine: ${url}`);
  detail(`webhook URL for the registry, shown this once: ${url.slice(0, url.lastIndexOf('/') + 12)}…`);

  title(`The registry says: ${REPOSITORY}:release-v2 was pushed`);
  const pushedAt = performance.now();
  await deliver(url, 'release-v2', 'ab');
  await until(
    () => colourOf(application),
    (colour) => colour === 'green',
    'the green page',
  );
  detail(`the page is GREEN, ${Math.round(performance.now() - pushedAt)} ms after the push`);
  await until(
    async () => callWith(await callsOf(engine), 'release-v2')?.status,
    (status) => status === 'delivered',
    'the record of the deployment',
  );

  title(`The registry says: ${REPOSITORY}:test-7 was pushed, which the rule does not want`);
  await deliver(url, 'test-7', 'cd');
  await until(
    async () => callWith(await callsOf(engine), 'test-7')?.status,
    (status) => status === 'untriggered',
    'the record of the push that fires nothing',
  );
  detail('nothing is deployed, and the record says why');

  title('The registry repeats itself: release-v2 once more');
  await deliver(url, 'release-v2', 'ab');
  await until(
    async () => callWith(await callsOf(engine), 'release-v2')?.reason,
    (reason) => reason === 'duplicate',
    'the record of the repetition',
  );
  detail(`the application was deployed ${application.deployments.length} time, with Idempotency-Key ${application.deployments.join(', ')}`);
  expect(application.deployments.length === 1, `the application was deployed ${application.deployments.length} times`);
  expect((await colourOf(application)) === 'green', 'the page is not green any more');

  title('Somebody wants release-v1 back, and the registry repeats release-v2 late');
  await api(engine, 'POST', '/v1/applications/web/deploy', { image: `${HOST}/${REPOSITORY}:release-v1`, why: 'green is not what we wanted' });
  await until(
    () => colourOf(application),
    (colour) => colour === 'blue',
    'the blue page',
  );
  detail('POST /v1/applications/web/deploy   release-v1: the page is BLUE again, and the application on hold');
  await deliver(url, 'release-v2', 'ab');
  await until(
    async () => callWith(await callsOf(engine), 'release-v2')?.reason,
    (reason) => reason === 'rolled-back',
    'the record of the late repetition',
  );
  detail('the late notification undoes nothing');
  expect((await colourOf(application)) === 'blue', 'the page is not blue any more');

  title('The access records of the trigger   GET /v1/calls?trigger=release');
  const calls = await callsOf(engine);
  expect(calls.length === 4, `there are ${calls.length} records, not 4`);
  for (const line of records(calls)) detail(line);
  say();
  for (const call of calls)
    detail(
      `${shown(call.tag)}: ${[call.sentence, call.detail]
        .filter((part) => part !== undefined)
        .map(shown)
        .join(' — ')}`,
    );
};

/** What the functions themselves say about a failure: the data directory will be gone. */
const troubles = (logs: string): readonly string[] => {
  if (!existsSync(logs)) return [];
  const lines = readdirSync(logs).flatMap((name) => readFileSync(join(logs, name), 'utf8').split('\n'));
  return lines.filter((line) => /function\.(failed|timed-out)|"stream":"stderr"/.test(line)).slice(-5);
};

const run = async (): Promise<void> => {
  say('Image Triggers: push an image, and the right application runs it. Everything here runs on this machine.');
  const data = mkdtempSync(join(tmpdir(), 'image-triggers-demo-'));
  const undo: (() => unknown)[] = [() => rmSync(data, { recursive: true, force: true })];
  const cleanUp = async (): Promise<void> => {
    for (let act = undo.pop(); act !== undefined; act = undo.pop()) await act();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void cleanUp().then(() => process.exit(130)));
  try {
    const application = await startApplication();
    undo.push(() => application.stop());
    title('The local engine starts: the same template and functions as on AWS (the first start bundles them)');
    const engine = await startEngine({ data, allow: [`127.0.0.1:${application.port}`] });
    undo.push(() => engine.stop());
    await play(engine, application);
  } catch (error) {
    for (const line of troubles(join(data, 'logs'))) process.stderr.write(`${line}\n`);
    throw error;
  } finally {
    await cleanUp();
  }
  say(`\nDone in ${seconds()}; everything is stopped and its data removed.`);
  say('Next: "npm start" runs the engine with data that stays; README.md shows the command line and the way to AWS.');
};

run().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
