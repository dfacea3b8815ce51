import { describe, expect, it } from 'vitest';
import { addressProblem, isMetadata } from '../../functions/outbound/address.ts';

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'this network': ['0.0.0.0', '0.1.2.3'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1'],
  'link-local and metadata': ['169.254.0.1', '169.254.169.254', '169.254.170.2', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  'shared, and the metadata of Alibaba Cloud': ['100.64.0.1', '100.100.100.200', '100.127.255.255'],
  'IETF protocol assignments': ['192.0.0.1', '192.0.0.192'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  '6to4 relays': ['192.88.99.1'],
  benchmarking: ['198.18.0.1', '198.19.255.255', '2001:2::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff00::1', 'ff02::1'],
  'reserved and broadcast': ['240.0.0.1', '255.255.255.254', '255.255.255.255'],
  'the host under an Azure machine': ['168.63.129.16', '::ffff:168.63.129.16'],
  unspecified: ['::'],
  'IPv4 in IPv6, mapped': ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:169.254.169.254'],
  'IPv4 in IPv6, compatible, which ipaddr.js takes for public': ['::7f00:1', '::127.0.0.1', '::a00:1', '::8.8.8.8'],
  'IPv4 in IPv6, translated': ['::ffff:0:7f00:1', '64:ff9b::7f00:1', '64:ff9b:1::1', '64:ff9b::808:808'],
  'ISATAP, which ipaddr.js takes for public': ['::5efe:7f00:1', '2606:4700::5efe:7f00:1', '2606:4700::200:5efe:7f00:1'],
  'discard, and its neighbour, which ipaddr.js takes for public': ['100::1', '100:0:0:1::1'],
  'teredo, ORCHID and the rest of 2001::/23': ['2001::1', '2001:10::1', '2001:20::1', '2001:1::1'],
  '6to4': ['2002:7f00:1::', '2002:a00:1::1'],
  'segment routing': ['5f00::1'],
  'unique local, and metadata over IPv6': ['fc00::1', 'fd00::1', 'fd00:ec2::254'],
  'site-local, deprecated': ['fec0::1'],
  'not handed out yet': ['4000::1', '8000::1', 'e000::1'],
  'no address at all': [
    '',
    'localhost',
    'example.com',
    '127.1',
    '0x7f.1',
    '2130706433',
    '017700000001',
    '0',
    '[::1]',
    '1.2.3.4.5',
    '::g',
    '169.254.43518',
    ' 8.8.8.8',
  ],
};

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '::ffff:8.8.8.8',
  '2606:4700:4700::1111',
  '2001:4860:4860::8888',
  '2a00:1450:4001::1',
  '52.95.110.1',
  '172.32.0.1',
  '100.128.0.1',
];

describe.each(Object.entries(REFUSED))('%s', (_, addresses) => {
  it.each(addresses)('refuses %j', (address) => {
    expect(addressProblem(address)).toContain(address);
  });
});

it.each(PUBLIC)('lets %s through', (address) => {
  expect(addressProblem(address)).toBeUndefined();
});

it.each(['169.254.169.254', '169.254.170.2', '::ffff:169.254.169.254', 'fe80::1', 'fd00:ec2::254', '100.100.100.200', '192.0.0.192'])(
  'knows %s as metadata, which no exception opens',
  (address) => {
    expect(isMetadata(address)).toBe(true);
  },
);

it.each(['127.0.0.1', '10.0.0.1', '::1', 'fd00::1', '8.8.8.8'])('does not take %s for metadata', (address) => {
  expect(isMetadata(address)).toBe(false);
});
