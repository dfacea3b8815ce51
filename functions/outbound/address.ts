/**
 * Which IP addresses outbound calls may reach: public unicast, nothing else. A Lambda function has its runtime API on
 * loopback, and credentials lie on link-local addresses of every cloud, so the rest is refused rather than enumerated.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Why an address must not be called, or undefined when it may. `ip` is an address as `dns.lookup` gives it (dotted IPv4,
 * or IPv6 without brackets); any other spelling is refused.
 */
export const addressProblem = (ip: string): string | undefined => {
  const address = read(ip);
  if (address === undefined) return `${JSON.stringify(ip.slice(0, 60))} is not an IP address`;
  const range = address.range();
  if (range !== 'unicast') return `${ip} is ${WORDS[range] ?? 'reserved for special use'}`;
  if (address.kind() === 'ipv4') return PLATFORM.has(address.toString()) ? `${ip} is a cloud platform's own address` : undefined;
  const [first = 0, , , , upper = 0, lower = 0] = 'parts' in address ? address.parts : [];
  // The registry of IANA hands out public IPv6 unicast from 2000::/3 alone. ipaddr.js calls all that it does not know
  // "unicast", among it the rest of ::/8 (IPv4-compatible, ISATAP under ::) and 100:0:0:1::/64.
  if (first >> 13 !== 1) return `${ip} is not a public address: those begin with 2 or 3`;
  // ISATAP (RFC 5214): an IPv4 address inside the interface id, whatever the prefix.
  if ((upper & 0xfdff) === 0 && lower === 0x5efe) return `${ip} is an ISATAP address, which leads to an IPv4 address inside it`;
  return undefined;
};

/** Addresses of instance and task metadata: refused even where an entry of `allow` leads to one. */
export const isMetadata = (ip: string): boolean => {
  const address = read(ip);
  return address !== undefined && (address.range() === 'linkLocal' || METADATA.has(address.toString()));
};

/** `process` also unwraps ::ffff:a.b.c.d. `isIP` first, since ipaddr.js reads 127.1, 0x7f.1 and the like, which a resolver never answers. */
const read = (ip: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined => {
  const family = isIP(ip);
  return family === 0 ? undefined : ipaddr.process(family === 4 ? ip : inHex(ip));
};

/** IPv6 without its zone and without a dotted part: ipaddr.js would read ::8.8.8.8 as ::ffff:8.8.8.8. */
const inHex = (ip: string): string => new URL(`http://[${ip.replace(/%.*$/, '')}]`).hostname.slice(1, -1);

const WORDS: Readonly<Record<string, string>> = {
  loopback: 'a loopback address',
  private: 'a private address',
  uniqueLocal: 'a private address',
  linkLocal: 'a link-local address, where cloud metadata lies',
  carrierGradeNat: 'in the shared range 100.64.0.0/10',
  unspecified: 'the unspecified address',
  broadcast: 'a broadcast address',
  multicast: 'a multicast address',
};

/** Public by number, but answered by the host a machine runs on (Azure's "WireServer"). */
const PLATFORM: ReadonlySet<string> = new Set(['168.63.129.16']);

/** Not link-local, yet metadata: AWS over IPv6, Alibaba Cloud, Oracle Cloud. */
const METADATA: ReadonlySet<string> = new Set(['fd00:ec2::254', 'fd00:ec2::23', '100.100.100.200', '192.0.0.192', '168.63.129.16']);
