/** Sealed secrets: bound to their hook and to the secret of the stack, and never a reason to throw. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { makeSealedSecrets, type SealedSecrets } from '../../functions/hooks/sealed-secrets.ts';

const MASTER = 'm'.repeat(64);

const make = (read: () => Promise<string | undefined> = async () => MASTER): { readonly logged: string[]; readonly sealed: SealedSecrets } => {
  const logged: string[] = [];
  return {
    logged,
    sealed: makeSealedSecrets({ readStackSecret: read, randomBytes, log: (event, fields) => void logged.push(JSON.stringify({ event, ...fields })) }),
  };
};
const sealOf = async (hook: string, text: string): Promise<string> => (await make().sealed.seal(hook, text)) ?? '';

describe('a sealed secret', () => {
  it('opens again, in another process too', async () => {
    for (const text of ['s3cret', '', 'ä ß 漢字 🔑', 'x'.repeat(10_000)]) {
      const sealed = await sealOf('hub', text);
      expect(await make().sealed.open('hub', sealed)).toEqual(text === '' ? { is: 'foreign' } : { is: 'text', text });
    }
  });

  it('says nothing of what it holds, and is another each time', async () => {
    const [one, other] = [await sealOf('hub', 's3cret'), await sealOf('hub', 's3cret')];
    expect(one).not.toBe(other);
    expect(Buffer.from(one.slice(2), 'base64url').includes('s3cret')).toBe(false);
  });

  it('does not open for another hook, nor under another secret of the stack', async () => {
    const sealed = await sealOf('hub', 's3cret');
    expect(await make().sealed.open('hub2', sealed)).toEqual({ is: 'foreign' });
    expect(await make().sealed.open('', sealed)).toEqual({ is: 'foreign' });
    expect(await make(async () => 'n'.repeat(64)).sealed.open('hub', sealed)).toEqual({ is: 'foreign' });
  });

  it('does not open with any one bit turned', async () => {
    const sealed = Buffer.from((await sealOf('hub', 's3cret')).slice(2), 'base64url');
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const turned = Buffer.from(sealed);
      turned.writeUInt8(turned.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(await make().sealed.open('hub', `1.${turned.toString('base64url')}`)).toEqual({ is: 'foreign' });
    }
  });

  it('is any text: what was never sealed does not open, and does not throw', async () => {
    const { sealed } = make();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.base64String().map((text) => `1.${text}`),
        ),
        async (text) => {
          expect(await sealed.open('hub', text)).toEqual({ is: 'foreign' });
        },
      ),
    );
  });
});

describe('the secret of the stack', () => {
  test.each([
    ['refused', () => Promise.reject(Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' })), 'AccessDeniedException'],
    ['gone', async () => undefined, '0 characters'],
    ['too short', async () => 'short', '5 characters'],
  ] satisfies readonly (readonly [string, () => Promise<string | undefined>, string])[])(
    '%s: not now, and the log says why without saying it',
    async (_what, read, why) => {
      const { sealed, logged } = make(read);
      expect(await sealed.seal('hub', 's3cret')).toBeUndefined();
      expect(await sealed.open('hub', await sealOf('hub', 's3cret'))).toEqual({ is: 'unready' });
      expect(logged.join()).toContain(why);
      expect(logged.join()).not.toMatch(/s3cret|short"/);
    },
  );

  it('is read once for a process, and again after it could not be', async () => {
    let reads = 0;
    const { sealed } = make(async () => {
      reads += 1;
      return reads === 1 ? undefined : MASTER;
    });
    const text = await sealOf('hub', 's3cret');
    expect(await sealed.open('hub', text)).toEqual({ is: 'unready' });
    expect(await sealed.open('hub', text)).toEqual({ is: 'text', text: 's3cret' });
    expect(await sealed.open('hub', text)).toEqual({ is: 'text', text: 's3cret' });
    expect(reads).toBe(2);
  });
});
