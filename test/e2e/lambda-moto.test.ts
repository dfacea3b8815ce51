/**
 * The `lambda` target against moto, a second opinion on our own fake: it keeps functions, versions and aliases, publishes
 * nothing twice and speaks the wire format of the SDK. It knows no revisions and no failures, its updates are over at once,
 * and none of them changes the date of a function, by which a tag or a restart would be known to have been told.
 */
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ReadableWorld, readableContract, targetContract } from '../targets/contract.ts';
import { ACCOUNT, REGION, useAws } from '../targets/fake-sts.ts';
import { BLUE, GREEN, makeIo } from '../targets/io.ts';
import { green, handleIn, LAMBDA_DEFINITION, lambdaTarget, tell } from '../targets/lambda-world.ts';
import { hasMoto, useMoto, WITHOUT_MOTO } from './moto-server.ts';

const NAME = 'registry.example.com/shop/web';
const BLUE_IMAGE = `${NAME}@${BLUE}`;

describe.skipIf(!hasMoto)(`lambda against moto${WITHOUT_MOTO}`, () => {
  const moto = useMoto();

  /** moto wants the role of a function to exist, and finds out by the header of a request which service is meant. */
  const createRole = () =>
    fetch(moto.endpoint(), {
      method: 'POST',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0' },
      body: new URLSearchParams({ Action: 'CreateRole', Version: '2010-05-08', RoleName: 'web', AssumeRolePolicyDocument: '{}' }),
    });

  const world = async (given: object = {}): Promise<ReadableWorld & { readonly client: LambdaClient; readonly target: ReturnType<typeof lambdaTarget> }> => {
    await moto.reset();
    useAws(moto.endpoint());
    const client = new LambdaClient({ endpoint: moto.endpoint(), region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
    onTestFinished(() => client.destroy());
    await createRole();
    const Role = `arn:aws:iam::${ACCOUNT}:role/web`;
    await client.send(new CreateFunctionCommand({ FunctionName: 'web', PackageType: 'Image', Role, Code: { ImageUri: BLUE_IMAGE } }));
    const { Version } = await client.send(new PublishVersionCommand({ FunctionName: 'web' }));
    await client.send(new CreateAliasCommand({ FunctionName: 'web', Name: 'live', FunctionVersion: Version }));
    const image = async () => (await client.send(new GetFunctionCommand({ FunctionName: 'web' }))).Code?.ImageUri;
    return {
      client,
      target: lambdaTarget(given),
      definition: { ...LAMBDA_DEFINITION, ...given },
      io: (options) => makeIo(options),
      changes: async () => ((await image()) === BLUE_IMAGE ? 0 : 1),
      overtake: async () => void (await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'web', ImageUri: `${NAME}:theirs` }))),
    };
  };

  const KNOWS_NO_FAULTS = 'moto answers everything, at once';
  targetContract('moto', world, {
    'can be restarted': 'changes are counted by what runs here, and a restart changes nothing in it',
    'a no is refused, with a reason that no retry follows': KNOWS_NO_FAULTS,
    'a later is unavailable': KNOWS_NO_FAULTS,
    'silence ends with the attempt, as an outcome and not as an error': KNOWS_NO_FAULTS,
  });
  readableContract('moto', world, {
    'told twice, it changes once': 'an update is over at once here, and not under way when it is read again: see below',
    'a crash inside a change is repaired by the next attempt, without a second change': KNOWS_NO_FAULTS,
    'a tag alone runs once it was told to, and for nobody else': 'an update does not change the date of the function',
    'somebody else was faster: moved, and theirs stands': 'moto knows no revisions',
    'a rollout is watched until it is healthy': 'an update is over at once',
    'a rollout that fails says why': KNOWS_NO_FAULTS,
  });

  it('runs what it was told, is settled at once, and is not told again', async () => {
    const { target, io } = await world();
    const handle = handleIn(await tell({ target, io }));
    expect(await target.observe(handle, io())).toEqual({ is: 'healthy' });
    const seen = await target.read({ set: green }, io());
    expect(seen).toMatchObject({ is: 'seen', running: true, settled: true, containers: [`web = ${NAME}@${GREEN}`] });
    if (seen.is === 'seen') expect(await target.apply({ set: green }, seen, io())).toEqual({ is: 'unchanged' });
  });

  it('publishes a version once and moves the alias to it', async () => {
    const { client, target, io } = await world({ alias: 'live' });
    const handle = handleIn(await tell({ target, io }));
    expect(await target.read({ set: green }, io())).toMatchObject({ is: 'seen', running: true, settled: false });
    expect(await target.observe(handle, io())).toEqual({ is: 'healthy' });
    expect(await target.observe(handle, io())).toEqual({ is: 'healthy' });
    expect(await target.read({ set: green }, io())).toMatchObject({ is: 'seen', running: true, settled: true });
    expect(await client.send(new GetAliasCommand({ FunctionName: 'web', Name: 'live' }))).toMatchObject({ FunctionVersion: '2' });
    const { Versions = [] } = await client.send(new ListVersionsByFunctionCommand({ FunctionName: 'web' }));
    expect(Versions.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2']);
  });

  it('publishes a version once where no alias is asked for', async () => {
    const { client, target, io } = await world({ publish: true });
    const handle = handleIn(await tell({ target, io }));
    expect(await target.read({ set: green }, io())).toMatchObject({ is: 'seen', running: true, settled: false });
    for (let i = 0; i < 2; i += 1) expect(await target.observe(handle, io())).toEqual({ is: 'healthy' });
    expect(await target.read({ set: green }, io())).toMatchObject({ is: 'seen', running: true, settled: true });
    expect((await client.send(new ListVersionsByFunctionCommand({ FunctionName: 'web' }))).Versions).toHaveLength(3);
  });

  it('knows a missing function and a missing alias', async () => {
    const { io } = await world();
    expect(await lambdaTarget({ function: 'gone' }).read({ set: green }, io())).toMatchObject({ is: 'refused', why: { code: 'target-not-found' } });
    expect(await lambdaTarget({ alias: 'gone' }).read({ set: green }, io())).toMatchObject({ is: 'refused', why: { code: 'target-not-found' } });
  });
});
