/**
 * Hosts of Amazon ECR: an account has one registry in each region, under several names. Events name neither of them, only
 * account and region; whatever is said here of a push or a trigger is said under the first name.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
 *
 *   123456789012.dkr.ecr.eu-west-1.amazonaws.com          123456789012.dkr-ecr.eu-west-1.on.aws          (dual stack)
 *   123456789012.dkr.ecr-fips.us-east-1.amazonaws.com     123456789012.dkr-ecr-fips.us-east-1.on.aws     (FIPS)
 */
const ACCOUNT = /^\d{12}$/;
const REGION = /^[a-z]{2,8}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;
const HOST = /^(\d{12})\.(?:dkr\.ecr(?:-fips)?|dkr-ecr(?:-fips)?)\.([a-z0-9-]+)\.([a-z0-9.-]+)$/;

interface Domain {
  readonly plain: string;
  /** Of the dual stack; not every partition has one. */
  readonly dual?: string;
}

/** By the beginning of a region's name; all others belong to the first partition. */
const DOMAINS: readonly (readonly [string, Domain])[] = [
  ['cn-', { plain: 'amazonaws.com.cn', dual: 'on.amazonwebservices.com.cn' }],
  ['us-isob-', { plain: 'sc2s.sgov.gov' }],
  ['us-isof-', { plain: 'csp.hci.ic.gov' }],
  ['us-iso-', { plain: 'c2s.ic.gov' }],
  ['eu-isoe-', { plain: 'cloud.adc-e.uk' }],
  ['eusc-', { plain: 'amazonaws.eu' }],
];
const USUAL: Domain = { plain: 'amazonaws.com', dual: 'on.aws' };

const domainOf = (region: string): Domain => DOMAINS.find(([begins]) => region.startsWith(begins))?.[1] ?? USUAL;

/** The registry of an account in a region; undefined when either cannot be one. */
export const ecrHost = (account: string, region: string): string | undefined =>
  ACCOUNT.test(account) && REGION.test(region) ? `${account}.dkr.ecr.${region}.${domainOf(region).plain}` : undefined;

/** Where the registry that has this name is; undefined when it is no host of ECR. */
export const ecrRegion = (host: string): string | undefined => (ecrHosts(host) === undefined ? undefined : HOST.exec(host.toLowerCase())?.[2]);

/** Every name of the registry that has this one, its first name first; undefined when it is no host of ECR. */
export const ecrHosts = (host: string): readonly [string, ...string[]] | undefined => {
  const [, account = '', region = '', suffix = ''] = HOST.exec(host.toLowerCase()) ?? [];
  const { plain, dual } = domainOf(region);
  const first = ecrHost(account, region);
  if (first === undefined || (suffix !== plain && suffix !== dual)) return undefined;
  const more = dual === undefined ? [] : [`${account}.dkr-ecr.${region}.${dual}`, `${account}.dkr-ecr-fips.${region}.${dual}`];
  return [first, `${account}.dkr.ecr-fips.${region}.${plain}`, ...more];
};
