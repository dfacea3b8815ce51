import { expect, test } from 'vitest';
import { acrAddressProblem } from '../../functions/registries/acr-address.ts';
import { alibabaAcr } from '../../functions/registries/alibaba-acr.ts';
import { appCenter } from '../../functions/registries/app-center.ts';

test.each([
  'https://a.example/x',
  'https://a.example:443/x',
  'http://a.example',
  'http://a.example:21/',
  'http://a.example:1025',
  'http://a.example:65535',
  'https://a.example/hooks/<THE TOKEN>',
  'nonsense',
])('%s is called', (url) => expect(acrAddressProblem(url)).toBeUndefined());

test.each([
  ['https://a.example:8443/x', /443 alone, and not on 8443/],
  ['http://a.example:22', /not on 22/],
  ['http://a.example:1024', /not on 1024/],
  ['http://127.0.0.1:8080/hooks/x', /only this machine/],
  ['http://localhost:8080', /only this machine/],
  ['http://[::1]:8080', /only this machine/],
  [`https://a.example/${'x'.repeat(1_010)}`, /up to 1024 characters/],
])('%s is not', (url, why) => expect(acrAddressProblem(url)).toMatch(why));

test('the guides of what ACR posts to say so once, and nothing where it can', () => {
  for (const { guide } of [alibabaAcr, appCenter]) {
    expect(guide({ url: 'https://a.example:8443/x' }).filter((line) => line.startsWith('ACR cannot call this URL: '))).toHaveLength(1);
    expect(guide({ url: 'https://a.example/x' }).join()).not.toContain('cannot call');
  }
});
