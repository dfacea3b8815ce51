/**
 * What the API says, in the words of the command that asked it: where a field of a body is named, people here give a flag.
 * A command without that flag, as one that takes files, leaves the field as it is.
 */
import type { Command } from 'commander';
import { type Fields, fields } from '../../functions/core/fields.ts';

interface FlagWords {
  /** Of what is wrong, which may begin with its field. */
  problem(text: string): string;
  sentence(text: string): string;
  /** Of a value that is shown, which may be anybody's. */
  value(shown: unknown): unknown;
}

/** Where the flag is not the last part of the field's name. */
const FLAGS: Readonly<Record<string, string>> = {
  hostAliases: 'host-alias',
  repositories: 'only',
  dry: 'dry-run',
  parameters: 'parameter',
  'rule.tags': 'tag',
  'rule.range': 'semver',
  'target.url': 'http',
  'target.service': 'ecs-service',
  'target.cluster': 'ecs-cluster',
  'target.region': 'ecs-region',
  'target.roleArn': 'role',
  'target.containers': 'container',
};

/** What is said of hooks anywhere, for `hook update`. */
const OF_HOOKS = /"(registryHost|hostAliases|repositories)"(?!:\s?["{[])/g;
/** Named between quotes, and never the value of anything. */
const QUOTED = /"(access|sweepMinutes|credential|dry|get|prereleases|except|expression|registry|hook|call)"(?:: true)?(?!:\s?["{[])/g;
/** `hostAliases[0]: `, as problems begin. */
const FIELD = /^((?:\w+\.)?\w+)(?:\[\d+\])?: /;

export const flagWords = (command: Command): FlagWords => {
  const known = new Set(command.options.map(({ long }) => long));
  // Whoever reads and writes files finds the field there.
  const files = ['--file', '--apply'].some((flag) => known.has(flag));
  const given: Fields = fields(command.opts());
  const flagOf = (field: string): string | undefined => {
    // A target from a file has its own fields.
    const own = field.startsWith('target.') && given.target !== undefined;
    return own || !known.has(flagNamed(field)) ? undefined : flagNamed(field);
  };
  const ofHooks = (text: string): string => (files ? text : text.replace(OF_HOOKS, (_, field: string) => flagNamed(field)));
  const sentence = (text: string): string => ofHooks(text).replace(QUOTED, (whole, field: string) => flagOf(field) ?? whole);
  return {
    problem: (text) => sentence(text.replace(FIELD, (whole, field: string) => (flagOf(field) === undefined ? whole : `${flagOf(field)}: `))),
    sentence,
    value: (shown) => (typeof shown === 'string' ? ofHooks(shown) : shown),
  };
};

const flagNamed = (field: string): string => {
  const [last = ''] = field.split('.').slice(-1);
  return `--${FLAGS[field] ?? last.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
};
