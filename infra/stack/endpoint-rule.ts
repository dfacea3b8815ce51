/**
 * Stands in for the endpoint rules of the SDK in every bundle. For the services that functions speak to they come to this
 * one rule in every region (`test/infra/stack-endpoints.test.ts` asks them), and would be an engine, a table of all
 * regions and a diagram for each service, loaded before the first call.
 */
interface Asked {
  /** What `AWS_ENDPOINT_URL` or `AWS_ENDPOINT_URL_<SERVICE>` says. */
  readonly Endpoint?: string;
  readonly Region?: string;
  readonly UseFIPS?: boolean;
  readonly UseDualStack?: boolean;
}

/** Of the partitions that have one of their own, by how the names of their regions begin. */
const SUFFIXES: readonly (readonly [region: string, suffix: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
];

/** `service` as its host names begin. */
export const endpointRule =
  (service: string) =>
  ({ Endpoint, Region, UseFIPS, UseDualStack }: Asked): { readonly url: URL } => {
    if (Endpoint !== undefined) return { url: new URL(Endpoint) };
    if (Region === undefined) throw new Error('no region is set: Lambda sets AWS_REGION; outside Lambda set it yourself');
    if (UseFIPS === true || UseDualStack === true)
      throw new Error(
        `AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT are not followed: name the endpoint of ${service} in AWS_ENDPOINT_URL_<SERVICE>, or unset them`,
      );
    const suffix = SUFFIXES.find(([begin]) => Region.startsWith(begin))?.[1] ?? 'amazonaws.com';
    return { url: new URL(`https://${service}.${Region}.${suffix}`) };
  };
