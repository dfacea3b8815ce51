/** `image-triggers doctor` and `dead-letters`: each thing that may be wrong is found, with a command that there is. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Call } from '../../functions/core/call.ts';
import type { DeliveryRecord } from '../../functions/core/delivery-record.ts';
import { makeDeliveryNote } from '../../functions/store/deliveries.ts';
import { makeSweeps } from '../../functions/store/sweeps.ts';
import { version } from '../../infra/version.ts';
import { HOST, START } from '../api/api.ts';
import { type CommandLine, runCommand, startCommandLine } from './command-line.ts';
import { hook as declaredHook } from './declared.ts';
import { type FakeAws, startFakeAws } from './fake-aws.ts';
import { type LocalQueues, letDie, startLocalQueues } from './local-queues.ts';

let cli: CommandLine;
let queues: LocalQueues;
beforeEach(async () => {
  cli = await startCommandLine();
  queues = await startLocalQueues();
  await tell({ ...queues.endpoint, version: version() });
  await cli.ok('application create web --http https://web.example/deploy');
  await cli.ok(`trigger create release --registry alibaba-acr --registry-host ${HOST} --repository shop/web --all --application web`);
  await note({ id: ulid(START), hook: 'release', at: START, verdict: 'fired', status: 202, references: [`${HOST}/shop/web:v1`] });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  queues.stop();
  await cli.stop();
});

/** Into `endpoint.json`, beside what stands there. */
const tell = async (more: object): Promise<void> => {
  const file = join(cli.data, 'endpoint.json');
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...more }));
};

const note = (record: DeliveryRecord): Promise<void> => makeDeliveryNote(cli.api.tables)(record);

const call = (status: Call['status'], reason: NonNullable<Call['reason']>): Call => ({
  id: `${ulid(START)}.release`,
  trigger: 'release',
  application: 'web',
  hook: 'release',
  repository: `${HOST}/shop/web`,
  tag: 'v1',
  order: '1#x',
  status,
  reason,
  receivedAt: START,
  decidedAt: START,
});

interface Found {
  readonly about: string;
  readonly what: string;
  readonly cure: string;
}

const findings = async (args = ''): Promise<readonly Found[]> => {
  const { code, out } = await cli.run(`doctor ${args} -o json`);
  const { items } = JSON.parse(out);
  expect(code).toBe(items.length === 0 ? 0 : 1);
  return items;
};

/** As the tick notes it. */
const swept = async (report: { readonly missed: number; readonly why?: string }): Promise<void> => {
  await cli.ok('hook update release --access public');
  await makeSweeps(cli.api.tables).report('release', { at: START, ...report });
};

/** Commands that the cures name, as their program knows them. */
const commandsIn = (cure: string): readonly string[] => [...cure.matchAll(/image-triggers ([a-z-]+(?: [a-z-]+)?)/g)].map(([, words]) => words ?? '');
const exists = async (words: string): Promise<boolean> => (await cli.run(`${words} --help`)).out.startsWith(`Usage: image-triggers ${words}`);

test('all is well: exit 0, nothing on stdout, and what was looked at', async () => {
  expect(await cli.run('doctor')).toEqual({
    code: 0,
    out: '',
    err: expect.stringMatching(/^All is well: hooks \(2\), triggers \(1\), applications \(1\), queues, version\.\nWhether .*: image-triggers doctor --deep\n$/),
  });
  expect(await findings()).toEqual([]);
});

const CASES: readonly (readonly [name: string, make: () => Promise<unknown>, found: Partial<Found>])[] = [
  ['another version', () => tell({ version: '9.9.9' }), { about: 'version', what: expect.stringContaining('9.9.9') }],
  [
    'dead letters',
    async () => letDie(queues, '{}'),
    { about: 'queue pushes', what: '1 message died', cure: expect.stringContaining('dead-letters redrive --queue pushes') },
  ],
  ['events that could not be delivered', async () => queues.ticks.send({ body: '{}' }), { about: 'queue tick', cure: expect.stringContaining('Runbook') }],
  [
    'a hook that was never called',
    () => cli.ok(`hook create quiet --registry harbor --registry-host ${HOST}`),
    { about: 'hook quiet', what: expect.stringContaining('no trigger hears it') },
  ],
  [
    'a hook that no registry has ever called',
    () => cli.ok(`trigger create second --registry harbor --registry-host ${HOST} --repository shop/api --all --application web`),
    { about: 'hook second', what: 'no registry has ever called it', cure: expect.stringContaining('hook guide second') },
  ],
  [
    'a hook from a file whose secret was never set',
    () => cli.ok('apply -f -', { stdin: declaredHook('unset', 'credential: {by: header, name: X-Token}\n') }),
    {
      about: 'hook unset',
      what: 'its secret (header) was never set, so each delivery is refused',
      cure: 'image-triggers hook update unset --credential header:x-token --credential-file FILE',
    },
  ],
  [
    'a trigger whose hook may not speak for its repository',
    () => cli.ok("hook update release --only 'team/*' --only api"),
    {
      about: 'trigger release',
      what: expect.stringMatching(/^no push comes to it: the hook "release" may not speak for /),
      cure: "image-triggers hook update release --only 'team/*' --only api --only shop/web",
    },
  ],
  ['a disabled hook that is heard', () => cli.ok('hook disable release'), { about: 'hook release', what: 'it is disabled, and a trigger hears it' }],
  ['two valid URLs', () => cli.ok('hook rotate release'), { about: 'hook release', cure: expect.stringContaining('hook rotate release --keep newest') }],
  [
    'pushes that a hook was not told of',
    () => swept({ missed: 2 }),
    { about: 'hook release', what: expect.stringMatching(/^it was not told of 2 pushes/), cure: 'image-triggers hook guide release' },
  ],
  [
    'a registry that cannot be looked at',
    () => swept({ missed: 0, why: 'the registry wants a user' }),
    { about: 'hook release', what: expect.stringContaining('the registry wants a user'), cure: 'image-triggers hook update release --access HOW' },
  ],
  ['a disabled application', () => cli.ok('application disable web'), { about: 'trigger release', cure: 'image-triggers application enable web' }],
  [
    'an application that is not there',
    () => cli.ok('application delete web --force --yes'),
    { about: 'trigger release', what: expect.stringContaining('does not exist') },
  ],
  [
    'a call whose end nobody knows',
    () => cli.api.calls.put(call('unknown', 'no-answer')),
    {
      about: 'calls',
      what: expect.stringContaining('of the last day 1 ended unknown'),
      cure: expect.stringMatching(/image-triggers call redeliver \w{26}\.release$/),
    },
  ],
  [
    'an application on hold',
    () => cli.ok("application hold web --why 'trade fair'"),
    { about: 'application web', what: expect.stringContaining('trade fair'), cure: 'image-triggers application release web' },
  ],
];

test.each(CASES)('%s', async (_, make, found) => {
  await make();
  const all = await findings();
  expect(all).toEqual([{ about: expect.any(String), what: expect.any(String), cure: expect.any(String), ...found }]);
  for (const { cure } of all) for (const words of commandsIn(cure)) expect(await exists(words), words).toBe(true);
});

describe('what came to a hook', () => {
  test('is silent where calls were made, but nothing came for a week', async () => {
    await cli.api.calls.put(call('delivered', 'answered-2xx'));
    cli.api.clock.now = START + 8 * 86_400_000;
    expect(await findings()).toMatchObject([{ about: 'hook release', what: expect.stringContaining('the last push was received 2026-06-30') }]);
  });

  test('was refused, each time', async () => {
    await cli.ok(`trigger create second --registry harbor --registry-host ${HOST} --repository shop/api --all --application web`);
    await note({
      id: ulid(START),
      hook: 'second',
      at: START,
      verdict: 'refused',
      status: 401,
      references: [],
      why: 'the header Authorization is wrong',
    });
    expect(await findings()).toMatchObject([
      {
        about: 'hook second',
        what: 'its only delivery led nowhere: it was refused (the header Authorization is wrong)',
        cure: expect.stringContaining('hook guide second'),
      },
    ]);
  });
});

describe('an application', () => {
  /** As `deploy` notes it, while the command waits. */
  const looked = async (seen: object): Promise<void> => {
    const { states, clock } = cli.api;
    clock.now += 1_000;
    const leased = await states.lease('web', clock.now, clock.now + 75_000);
    if (leased.is !== 'leased') throw new Error(`the lease is ${leased.is}`);
    await states.write('web', leased.state.fence, { seen: { at: clock.now, ...seen }, release: {} });
  };

  test.each([
    ['access-denied', 'the role cannot be assumed', 'image-triggers application grant web > role.yaml'],
    ['secret-unreadable', 'ssm:/image-triggers/web does not exist', expect.stringContaining('application refresh web')],
    ['target-not-found', 'there is no service web', 'image-triggers application update web --http URL'],
    ['address-forbidden', 'a private address', 'image-triggers application update web --http URL, or on one machine  npm start -- --allow web.example:443'],
  ] as const)('--deep has its target looked at, and says what keeps it: %s', async (code, why, cure) => {
    const pause = () => looked({ code, why });
    const { code: exit, out } = await cli.run('doctor --deep -o json', { pause });
    expect(exit).toBe(1);
    expect(JSON.parse(out).items).toEqual([{ about: 'application web', what: expect.stringMatching(`^${why} \\(${code}, seen `), cure }]);
    // Known from then on, without another look.
    expect((await findings()).map(({ about }) => about)).toEqual(['application web']);
  });

  test('--deep is content with one that can be reached', async () => {
    expect(await cli.run('doctor --deep', { pause: () => looked({ why: 'cannot be asked what runs' }) })).toMatchObject({ code: 0, out: '' });
  });

  test('--deep says where no answer came', async () => {
    expect(await findings('--deep')).toMatchObject([{ about: 'application web', what: expect.stringContaining('no answer came') }]);
  });
});

describe('on AWS', () => {
  let aws: FakeAws;
  beforeEach(async () => {
    aws = await startFakeAws();
    aws.outputs.set('ApiUrl', cli.url).set('Version', version());
    for (const [name, value] of Object.entries(aws.env)) vi.stubEnv(name, value);
  });
  afterEach(() => aws.stop());

  const onAws = (args: string) => runCommand(`${args} --stack it`, {});
  const bury = (messages: number): string => {
    const url = aws.resource('AWS::SQS::Queue', 'DeploymentsDeadLetters01234567', `${aws.url}/123456789012/it-DeploymentsDeadLetters01234567-ABC`);
    aws.queues.set(url, { messages, deadFrom: `${aws.url}/123456789012/it-DeploymentsQueue01234567-ABC` });
    return url;
  };

  test('alarms that ring and dead letters are found also where the API does not answer', async () => {
    aws.resource('AWS::SQS::Queue', 'DeploymentsQueue01234567');
    bury(3);
    const ringing = aws.resource('AWS::CloudWatch::Alarm', 'DeployErrorsAlarm01234567');
    aws.alarms.set(ringing, { state: 'ALARM', description: 'Deploy: the function failed. Runbook: README, "Function errors". Query "errors": https://…' });
    aws.alarms.set(aws.resource('AWS::CloudWatch::Alarm', 'MatchErrorsAlarm01234567'), { state: 'OK', description: 'quiet' });
    const { code, out } = await onAws('doctor -o json');
    expect(code).toBe(1);
    expect(JSON.parse(out).items).toEqual([
      { about: 'queue deployments', what: '3 messages died', cure: expect.stringContaining('dead-letters redrive --queue deployments') },
      { about: `alarm ${ringing}`, what: 'it rings: Deploy: the function failed', cure: 'README, Runbook, "Function errors"' },
      { about: 'API', what: expect.stringContaining('access denied'), cure: 'image-triggers logs --function api' },
    ]);
  });

  test.each([
    ['GetQueueAttributes', 'dead letters', 'sqs:GetQueueAttributes'],
    ['DescribeAlarms', 'alarms', 'cloudwatch:DescribeAlarms'],
  ])('what may not be asked (%s) is a finding, and the rest is looked at', async (action, about, permission) => {
    bury(0);
    aws.resource('AWS::CloudWatch::Alarm', 'DeployErrorsAlarm01234567');
    aws.denied.add(action);
    const { out } = await onAws('doctor -o json');
    expect(JSON.parse(out).items).toContainEqual({ about, what: expect.stringContaining(permission), cure: expect.any(String) });
  });

  test('dead letters go back to where they came from', async () => {
    const url = bury(3);
    expect((await onAws('dead-letters list')).out).toMatch(/deployments +3 +yes/);
    expect((await onAws('dead-letters redrive --dry-run -o json')).out).toBe(`${JSON.stringify({ items: [{ name: 'deployments', moved: 3 }] }, null, 2)}\n`);
    expect(aws.queues.get(url)?.messages).toBe(3);
    expect(await onAws('dead-letters redrive')).toMatchObject({ code: 0, out: expect.stringMatching(/deployments +3/) });
    expect(aws.queues.get(url)?.messages).toBe(0);
    expect(await onAws('dead-letters redrive')).toMatchObject({ code: 0, out: '' });
  });
});

describe('dead letters of the local engine', () => {
  test('go back to where they came from, and those of EventBridge do not', async () => {
    letDie(queues, '{"a":1}');
    queues.ticks.send({ body: '{}' });
    expect((await cli.ok('dead-letters list')).out).toMatch(/pushes +1 +yes\ntick +1 +no: EventBridge/);
    expect((await cli.ok('dead-letters redrive')).out).toMatch(/pushes +1/);
    expect(queues.deadPushes.counts().visible).toBe(0);
    expect(queues.pushes.receive(1).map(({ body }) => body)).toEqual(['{"a":1}']);
    expect(queues.ticks.counts().visible).toBe(1);
    expect(await cli.run('dead-letters redrive --queue tick')).toMatchObject({ code: 2, err: expect.stringContaining('--queue is tick: give pushes') });
  });
});
