/** The configuration of a `docker` target. */
import * as z from 'zod/mini';
import { isFields } from '../core/fields.ts';
import { shown } from '../core/shown.ts';
import { schemaOf, text } from './config.ts';
import { secretField } from './secret-field.ts';

/** What the containers beside the one that runs are called. */
export const NEXT = '.next';
export const PREVIOUS = '.previous';

/** Docker's own rule: two characters at least. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{1,99}$/;
const ADDRESS = /^(?:\[[0-9a-fA-F:.]+\]|\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const VOLUME = /^[^:\0]{1,500}:\/[^:\0]{0,500}(?::[a-zA-Z,]{1,20})?$/;
const MOST = 100;
const MOST_VALUE = 4_096;
const MOST_STOP_SECONDS = 60;
export const STOP_SECONDS = 10;

const nameProblem = (value: string): string | undefined => {
  if (!NAME.test(value)) return `${shown(value)} is not the name of a container: write 2 to 100 letters, digits, "_", "." and "-"`;
  return value.endsWith(NEXT) || value.endsWith(PREVIOUS)
    ? `ends in ${NEXT} or ${PREVIOUS}, which is what its neighbours are called: write another name`
    : undefined;
};

const addressProblem = (value: string): string | undefined => {
  const port = Number(ADDRESS.exec(value)?.[1] ?? 0);
  return port > 0 && port < 65_536 ? undefined : `${shown(value)} is not an IP address with a port: write it as in 127.0.0.1:8080`;
};

const pathProblem = (value: string): string | undefined =>
  /^\/[\x21-\x7e]{0,500}$/.test(value) ? undefined : `${shown(value)} is not a path: write it as in /health`;

// Plain rules in place of zod's own kinds: those would be loaded with every start of `deploy`, on AWS too, where this target is not.
const wholeNumber = (value: unknown, least: number, most: number, what: string): string | undefined =>
  value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
    ? undefined
    : `must be a whole number from ${least} to ${most}: ${what}`;

const portProblem = (value: unknown): string | undefined => wholeNumber(value, 1, 65_535, 'the port on which the application listens inside its container');

const healthProblem = (value: unknown): string | undefined => {
  if (value === undefined) return undefined;
  if (!isFields(value) || typeof value.path !== 'string') return 'must be an object with a "path", as in {"path":"/health"}';
  const surplus = Object.keys(value).find((field) => field !== 'path' && field !== 'status');
  if (surplus !== undefined) return `${shown(surplus)} is not known here: allowed are path, status`;
  return pathProblem(value.path) ?? wholeNumber(value.status, 100, 599, 'the status of a healthy answer; without it, 200 to 399 are');
};

const envProblem = (value: unknown): string | undefined => {
  if (value === undefined) return undefined;
  if (!isFields(value)) return 'must be an object of texts, by the names of their variables';
  const entries = Object.entries(value);
  if (entries.length > MOST) return `holds ${entries.length} variables: at most ${MOST}`;
  const bad = entries.find(([name]) => !VARIABLE.test(name));
  if (bad !== undefined) return `${shown(bad[0])} is not the name of a variable`;
  const wrong = entries.find(([, text]) => typeof text !== 'string' || text.length > MOST_VALUE || text.includes('\0'));
  return wrong === undefined ? undefined : `${wrong[0]} must be a text of at most ${MOST_VALUE} characters`;
};

const listProblem = (value: unknown, what: string, fits: (text: string) => boolean): string | undefined => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length > MOST) return `must be a list of at most ${MOST} texts: ${what}`;
  const bad: unknown = value.find((item) => typeof item !== 'string' || !fits(item));
  return bad === undefined ? undefined : `${typeof bad === 'string' ? shown(bad) : 'something that is no text'} cannot stand there: ${what}`;
};

const RESTART = ['no', 'on-failure', 'unless-stopped', 'always'];

/** A value that was accepted by `problem`. */
const field = <T>(problem: (value: unknown) => string | undefined) =>
  z.optional(
    z.custom<T>().check((context) => {
      const why = problem(context.value);
      if (why !== undefined) context.issues.push({ code: 'custom', input: undefined, message: why });
    }),
  );

const FIELDS = {
  kind: z.literal('docker', { error: 'must be "docker"' }),
  container: text('write the name of the container', nameProblem),
  /** Image, command and variables are those of the application's template; without it an image alone is set. */
  template: z.optional(z.literal(true, { error: 'must be true, or be left out' })),
  /** Where the engine listens for it, whichever container runs. */
  address: z.optional(text('write it as in 127.0.0.1:8080', addressProblem)),
  /** On which the application listens inside its container. */
  port: field<number>(portProblem),
  /** On the host's network two containers cannot have one port: the application takes its port from this variable. */
  portVariable: z.optional(
    text('write the name of a variable, as in PORT', (value) => (VARIABLE.test(value) ? undefined : `${shown(value)} is not the name of a variable`)),
  ),
  health: field<{ readonly path: string; readonly status?: number }>(healthProblem),
  network: z.optional(
    text('write the name of a network, or "host"', (value) => (NAME.test(value) ? undefined : `${shown(value)} is not the name of a network`)),
  ),
  env: field<Readonly<Record<string, string>>>(envProblem),
  command: field<readonly string[]>((value) => listProblem(value, 'write the command and its arguments', (item) => item.length <= MOST_VALUE)),
  volumes: field<readonly string[]>((value) => listProblem(value, 'write source:/path or source:/path:ro', (item) => VOLUME.test(item))),
  restart: z.optional(
    text(`write one of ${RESTART.join(', ')}`, (value) => (RESTART.includes(value) ? undefined : `${shown(value)} is none of ${RESTART.join(', ')}`)),
  ),
  /** How long the former container may take to end. */
  stopSeconds: field<number>((value) => wholeNumber(value, 0, MOST_STOP_SECONDS, `how long the former container may take to end; without it, ${STOP_SECONDS}`)),
  registryAuth: z.optional(secretField),
};

const DockerConfig = z.strictObject(FIELDS, { error: 'must be an object' }).check((context) => {
  const { address, health, port, portVariable, network } = context.value;
  const say = (field: string, message: string): void => void context.issues.push({ code: 'custom', input: undefined, path: [field], message });
  if (port === undefined && address !== undefined)
    say('port', 'is missing: with "address", write the port on which the application listens inside its container');
  if (port === undefined && health !== undefined)
    say('port', 'is missing: with "health", write the port on which the application listens inside its container');
  if (portVariable !== undefined && network !== undefined && network !== 'host')
    say('portVariable', 'is of use on the network "host" only: elsewhere each container has its ports for itself');
});
export type DockerConfig = z.infer<typeof DockerConfig>;
export const dockerConfig = schemaOf<DockerConfig>(DockerConfig, Object.keys(FIELDS));
