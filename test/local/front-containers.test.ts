/** What the front reads out of the daemon's list. */
import { expect, it } from 'vitest';
import { namesOf, readSites } from '../../infra/local/front-containers.ts';

const entry = (name: string, more: object = {}, labels: object = {}) => ({
  Id: `id of ${name}`,
  Names: [`/${name}`],
  State: 'running',
  Labels: { 'image-triggers.container': 'web', 'image-triggers.address': '127.0.0.1:8080', 'image-triggers.port': '80', ...labels },
  Ports: [
    { PrivatePort: 9229, PublicPort: 9229, Type: 'tcp' },
    { PrivatePort: 80, PublicPort: 40_001, Type: 'tcp' },
  ],
  ...more,
});
const SITE = { name: 'web', host: '127.0.0.1', port: 8080, protocol: 'tcp', live: { id: 'id of web', port: 40_001 }, former: undefined };

it.each([
  ['the one that has the name', [entry('web'), entry('web.next')], [SITE]],
  ['none between two names', [entry('web.previous'), entry('web.next')], []],
  ['none while it is stopped', [entry('web', { State: 'exited', Ports: [] })], []],
  [
    'the former that still runs',
    [entry('web'), entry('web.previous', {}, { 'image-triggers.stop-seconds': '3' })],
    [{ ...SITE, former: { id: 'id of web.previous', stopSeconds: 3 } }],
  ],
  ['no former that has ended', [entry('web'), entry('web.previous', { State: 'exited' })], [SITE]],
  [
    'a port on the network of the host',
    [entry('web', { Ports: [] }, { 'image-triggers.host-port': '20001' })],
    [{ ...SITE, live: { id: 'id of web', port: 20_001 } }],
  ],
  [
    'an address of IPv6, and HTTP',
    [entry('web', {}, { 'image-triggers.address': '[::1]:81', 'image-triggers.protocol': 'http' })],
    [{ ...SITE, host: '::1', port: 81, protocol: 'http' }],
  ],
  ['none without a port', [entry('web', { Ports: null })], []],
  ['nothing that is not ours', [{ Id: 'x', Names: ['/y'], Labels: {} }, null, 'z', { Id: 1 }], []],
  ['nothing in what is no list', { message: 'no' }, []],
])('%s', (_, list, sites) => {
  expect(readSites(list)).toEqual(sites);
});

it('knows the names of containers in whatever state', () => {
  expect(namesOf([entry('web.previous', { State: 'exited' })])).toEqual(new Set(['web']));
});
