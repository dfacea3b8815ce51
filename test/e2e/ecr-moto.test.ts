/** The token of Amazon ECR from moto, a second opinion on our own fake: it speaks the wire format of the SDK. It has no registry behind it, and no policies. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeEcrToken } from '../../functions/store/ecr-token.ts';
import { hasMoto, useMoto, WITHOUT_MOTO } from './moto-server.ts';

describe.skipIf(!hasMoto)(`a token of ECR from moto${WITHOUT_MOTO}`, () => {
  const moto = useMoto();

  it('is a user and a password; one that has ended, as those of moto have, is not kept', async () => {
    const settings = { AWS_ENDPOINT_URL_ECR: moto.endpoint(), AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const tokenOf = makeEcrToken();
    const { signal } = new AbortController();
    const token = await tokenOf('eu-west-1', signal);
    expect(token).toMatchObject({ ok: true });
    expect(Buffer.from(token.ok ? token.value : '', 'base64').toString('utf8')).toMatch(/^AWS:.+/);
    vi.stubEnv('AWS_ENDPOINT_URL_ECR', 'http://127.0.0.1:1');
    expect(await tokenOf('eu-west-1', signal)).toMatchObject({ ok: false, why: expect.stringContaining('ecr:GetAuthorizationToken failed just now') });
  });
});
