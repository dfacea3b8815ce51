/** The configuration of a `kubernetes` target: flat as a person writes it, sorted into where the cluster is and what is deployed there. */
import { X509Certificate } from 'node:crypto';
import * as z from 'zod/mini';
import { isFields } from '../core/fields.ts';
import { parseSecretReference } from '../core/secret-reference.ts';
import { shown } from '../core/shown.ts';
import { region, roleArn } from './aws-config.ts';
import { schemaOf, text } from './config.ts';
import { isWorkloadName, WORKLOAD_NAMES, type WorkloadName } from './kubernetes-kinds.ts';
import { secretField } from './secret-field.ts';

export interface EksPlace {
  readonly eksCluster: string;
  readonly region: string;
  readonly roleArn: string;
}

export interface ServerPlace {
  /** Without a slash at its end. */
  readonly server: string;
  /** Reference to the bearer token. */
  readonly token: string;
  /** Reference to the certificates of the cluster's own authority, or these themselves (PEM). */
  readonly ca?: string;
}

export interface WorkloadConfig {
  readonly kind: WorkloadName;
  readonly name: string;
  /** Only these are changed; absent: every container that uses the image. */
  readonly containers?: readonly string[];
}

export interface KubernetesConfig {
  readonly place: EksPlace | ServerPlace;
  readonly namespace: string;
  readonly runs: WorkloadConfig | 'template';
}

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;
const CLUSTER = /^[0-9A-Za-z][\w-]{0,99}$/;
const MOST_CONTAINERS = 20;
const MOST_SERVER = 512;
const MOST_CA = 32_768;

const ASKED_WORKLOAD = `write kind/name, as in deployment/web; kinds are ${WORKLOAD_NAMES.join(', ')}`;
const ASKED_SERVER = 'write https://host or https://host:port';

const label = (what: string) =>
  text(`write the name of the ${what}`, (value) =>
    LABEL.test(value) ? undefined : `${shown(value)} is not the name of a ${what}: write up to 63 of a-z, 0-9 and "-", with a letter or digit at both ends`,
  );

const serverProblem = (value: string): string | undefined => {
  if (value.length > MOST_SERVER) return `has ${value.length} characters: at most ${MOST_SERVER}`;
  if (/[\s\p{Cc}]/u.test(value) || !URL.canParse(value)) return `${shown(value)} is not the address of an API server: ${ASKED_SERVER}`;
  const { protocol, username, password, search, hash } = new URL(value);
  if (protocol !== 'https:') return `has the scheme ${shown(protocol.slice(0, -1))}: ${ASKED_SERVER}`;
  if (username !== '' || password !== '') return 'holds a user name or password: leave them out and name a secret in "token"';
  return search === '' && hash === '' ? undefined : `holds more than the address: leave out everything from ${search === '' ? '"#"' : '"?"'}`;
};

export const isPem = (value: string): boolean => value.includes('-----BEGIN');

/** Of the first certificate: the others are read when they are used. */
export const pemProblem = (value: string): string | undefined => {
  try {
    new X509Certificate(value);
    return undefined;
  } catch {
    return 'is no certificate in PEM: write the text from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----';
  }
};

const caProblem = (value: string): string | undefined => {
  if (value.length > MOST_CA) return `has ${value.length} characters: at most ${MOST_CA}; name a secret instead`;
  if (isPem(value)) return pemProblem(value);
  const reference = parseSecretReference(value);
  return reference.ok ? undefined : reference.why;
};

const workloadProblem = (value: string): string | undefined => {
  const workload = workloadIn(value);
  return workload === undefined ? `${shown(value)} is not a workload: ${ASKED_WORKLOAD}` : undefined;
};

const workloadIn = (value: string): Pick<WorkloadConfig, 'kind' | 'name'> | undefined => {
  const [kind = '', name = '', ...rest] = value.split('/');
  return isWorkloadName(kind) && SUBDOMAIN.test(name) && rest.length === 0 ? { kind, name } : undefined;
};

const FIELDS = {
  kind: z.literal('kubernetes', { error: 'must be "kubernetes"' }),
  eksCluster: z.optional(
    text('write the name of the EKS cluster', (value) =>
      CLUSTER.test(value) ? undefined : `${shown(value)} is not the name of an EKS cluster: write its name (letters, digits, "-", "_"), not its ARN`,
    ),
  ),
  region: z.optional(region),
  roleArn: z.optional(roleArn),
  server: z.optional(text(ASKED_SERVER, serverProblem)),
  token: z.optional(secretField),
  ca: z.optional(text('write the certificate as PEM, or name a secret, as in ssm:/image-triggers/NAME', caProblem)),
  namespace: label('namespace'),
  workload: z.optional(text(ASKED_WORKLOAD, workloadProblem)),
  containers: z.optional(
    z.array(label('container'), { error: 'must be a list of container names' }).check((context) => {
      const { length } = context.value;
      if (length === 0 || length > MOST_CONTAINERS)
        context.issues.push({ code: 'custom', input: undefined, message: `holds ${length} names: write 1 to ${MOST_CONTAINERS}, or leave it out for all` });
    }),
  ),
  template: z.optional(z.literal(true, { error: 'must be true, or be left out' })),
};

type Given = { readonly [Field in keyof typeof FIELDS]?: z.infer<(typeof FIELDS)[Field]> };
type Field = keyof Given;
type Problem = readonly [field: Field, why: string];

const EKS = ['eksCluster', 'region', 'roleArn'] as const satisfies readonly Field[];
const SERVER = ['server', 'token', 'ca'] as const satisfies readonly Field[];

/** What is wrong between the fields, whatever each of them holds. */
const mixProblems = (given: Given): readonly Problem[] => {
  const has = (field: Field): boolean => given[field] !== undefined;
  return [...placeProblems(has), ...runProblems(has)];
};

const placeProblems = (has: (field: Field) => boolean): readonly Problem[] => {
  const [eks, server] = [EKS.some(has), SERVER.some(has)];
  if (!eks && !server) return [['server', 'is missing: write "eksCluster" with "region" and "roleArn", or "server" with "token"']];
  if (eks && server)
    return SERVER.filter(has).map((field) => [
      field,
      'is for a cluster that is not named by "eksCluster": leave it out, or write it without eksCluster, region and roleArn',
    ]);
  const needed = eks ? EKS : (['server', 'token'] as const);
  return needed.filter((field) => !has(field)).map((field) => [field, `is missing: ${needed.map((name) => `"${name}"`).join(', ')} belong together`]);
};

const runProblems = (has: (field: Field) => boolean): readonly Problem[] => {
  if (has('workload') === has('template'))
    return [
      [
        'workload',
        has('template')
          ? 'stands beside "template": write one of them, "workload" for the image of one workload or "template" for all that a template holds'
          : `is missing: ${ASKED_WORKLOAD}; or write "template": true`,
      ],
    ];
  return has('containers') && has('template') ? [['containers', 'is for "workload" only: a template says itself which image stands where']] : [];
};

/** Also where single fields are wrong, so that one answer names every problem. */
const Flat = z.strictObject(FIELDS, { error: 'must be an object' }).check(
  z.check<Given>(
    (context) => {
      for (const [field, message] of mixProblems(context.value)) context.issues.push({ code: 'custom', input: undefined, path: [field], message });
    },
    { when: ({ value }) => isFields(value) },
  ),
);

const placeOf = ({ eksCluster, region, roleArn, server, token, ca }: Given): EksPlace | ServerPlace => {
  if (eksCluster !== undefined && region !== undefined && roleArn !== undefined) return { eksCluster, region, roleArn };
  if (server === undefined || token === undefined) throw new Error('a place that was checked is whole');
  return { server: server.replace(/\/+$/, ''), token, ...(ca === undefined ? {} : { ca }) };
};

const runsOf = ({ workload, containers }: Given): WorkloadConfig | 'template' => {
  const named = workload === undefined ? undefined : workloadIn(workload);
  return named === undefined ? 'template' : { ...named, ...(containers === undefined ? {} : { containers }) };
};

const Kubernetes = z.pipe(
  Flat,
  z.transform((given): KubernetesConfig => ({ place: placeOf(given), namespace: given.namespace, runs: runsOf(given) })),
);

export const kubernetesConfig = schemaOf<KubernetesConfig>(Kubernetes, Object.keys(FIELDS));
