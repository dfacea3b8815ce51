import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getParameter, getSecretValue } from '../../infra/local/parameters.ts';

const data = mkdtempSync(join(tmpdir(), 'secrets-'));
const ground = { directory: join(data, 'secrets'), region: 'us-east-1', account: '000000000000' };
beforeAll(() => {
  mkdirSync(join(ground.directory, 'image-triggers'), { recursive: true });
  writeFileSync(join(ground.directory, 'image-triggers', 'token'), 's3cret\n');
  writeFileSync(join(data, 'outside'), 'never');
});
afterAll(() => rmSync(data, { recursive: true }));

describe('secrets in files', () => {
  it('are parameters and secrets, without the line end of an editor', () => {
    expect(getParameter({ Name: '/image-triggers/token' }, ground)).toMatchObject({
      Parameter: { Value: 's3cret', Name: '/image-triggers/token', ARN: 'arn:aws:ssm:us-east-1:000000000000:parameter/image-triggers/token' },
    });
    expect(getSecretValue({ SecretId: 'image-triggers/token' }, ground)).toMatchObject({ SecretString: 's3cret', VersionStages: ['AWSCURRENT'] });
    expect(getSecretValue({ SecretId: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:image-triggers/token-AbCdEf' }, ground)).toMatchObject({
      SecretString: 's3cret',
    });
  });

  it.each([
    '../outside',
    '/../outside',
    'image-triggers/../../outside',
    '/image-triggers/../../outside',
    'image-triggers/nothing',
    '',
    'image-triggers',
    '.hidden',
  ])('no value for %j', (name) => {
    expect(() => getParameter({ Name: name }, ground)).toThrow(expect.objectContaining({ code: 'ParameterNotFound' }));
    expect(() => getSecretValue({ SecretId: name }, ground)).toThrow(expect.objectContaining({ code: 'ResourceNotFoundException' }));
  });
});
