import { describe, expect, it } from 'vitest';
import { makeSecrets, type ReadSecret } from '../../functions/store/secrets.ts';

const never: ReadSecret = async (name) => {
  throw new Error(`nobody was to ask for ${name}`);
};
const throwing =
  (name: string): ReadSecret =>
  async () => {
    throw Object.assign(new Error('the value was hunter2'), { name });
  };

describe.each(['ssm', 'secretsmanager'] as const)('%s', (store) => {
  const reference = store === 'ssm' ? 'ssm:/image-triggers/web/key' : 'secretsmanager:image-triggers/web/key';
  const secrets = (read: ReadSecret) => makeSecrets({}, { ssm: never, secretsmanager: never, [store]: read });

  it('is asked for the name, each time', async () => {
    const asked: string[] = [];
    const read = secrets(async (name) => {
      asked.push(name);
      return `value ${asked.length}`;
    });
    expect(await read(reference)).toEqual({ ok: true, value: 'value 1' });
    expect(await read(reference)).toEqual({ ok: true, value: 'value 2' });
    expect(asked).toEqual(Array(2).fill(reference.slice(store.length + 1)));
  });

  it.each(['ParameterNotFound', 'ResourceNotFoundException', 'AccessDeniedException', 'InvalidKeyId', 'DecryptionFailure'])(
    '%s is for people to mend',
    async (name) => {
      const answer = await secrets(throwing(name))(reference);
      expect(answer).toMatchObject({ ok: false, why: expect.stringContaining(reference) });
      expect(JSON.stringify(answer)).not.toContain('hunter2');
    },
  );

  it.each(['ThrottlingException', 'InternalServerError', 'TimeoutError', 'toString'])('%s may pass: thrown, without what it said', async (name) => {
    const failed = await secrets(throwing(name))(reference).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Error);
    expect(failed instanceof Error && failed.message).toContain('just now');
    expect(failed instanceof Error && `${failed.message} ${failed.stack} ${String(failed.cause)}`).not.toContain('hunter2');
  });

  it.each([undefined, ''])('%j is no secret', async (value) => {
    expect(await secrets(async () => value)(reference)).toMatchObject({ ok: false, why: expect.stringContaining('holds no text') });
  });
});

it.each([
  'ssm:/other/name',
  'ssm:image-triggers/x',
  'ssm:/image-triggers',
  'ssm:/image-triggers/',
  'ssm:/image-triggers//x',
  'ssm:/image-triggers/x y',
  'secretsmanager:/image-triggers/x',
  'secretsmanager:image-triggersx/y',
  'secretsmanager:image-triggers/x\n',
  'secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:image-triggers/x',
  'file:/etc/passwd',
  'whsec_abc',
  '',
  `ssm:/image-triggers/${'x'.repeat(600)}`,
])('%j is not asked for', async (reference) => {
  expect(await makeSecrets({}, { ssm: never, secretsmanager: never })(reference)).toMatchObject({ ok: false });
});

describe('env', () => {
  const env = { SECRET_ENV_PREFIX: 'IT_SECRET_', IT_SECRET_A: 'value', IT_SECRET_EMPTY: '', AWS_SECRET_ACCESS_KEY: 'the key of the function' };
  it('is read where a prefix is switched on, and only behind it', async () => {
    const secrets = makeSecrets(env);
    expect(await secrets('env:IT_SECRET_A')).toEqual({ ok: true, value: 'value' });
    expect(await secrets('env:AWS_SECRET_ACCESS_KEY')).toMatchObject({ ok: false, why: expect.stringContaining('IT_SECRET_AWS_SECRET_ACCESS_KEY') });
    expect(await secrets('env:IT_SECRET_B')).toMatchObject({ ok: false, why: expect.stringContaining('is not set') });
    expect(await secrets('env:IT_SECRET_EMPTY')).toMatchObject({ ok: false });
  });

  it.each([{}, { SECRET_ENV_PREFIX: '' }])('is closed with %j', async (given) => {
    expect(await makeSecrets({ ...env, SECRET_ENV_PREFIX: undefined, ...given })('env:IT_SECRET_A')).toMatchObject({
      ok: false,
      why: expect.stringContaining('only on one machine'),
    });
  });
});
