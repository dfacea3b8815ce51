/** What the API advises, in the words of the command line: it names requests (`next`), people here type commands. */
import { type Fields, texts } from '../../functions/core/fields.ts';
import { shellWord } from './shell-word.ts';

const REQUEST = /^(GET|POST|PATCH|DELETE) \/v1\/(application|trigger|hook|call)s(?:\/([^/?]+)(?:\/([a-z-]+))?)?(?:\?(.*))?$/;

/** Requests below one application whose command is spelled otherwise. */
const BELOW: readonly (readonly [request: RegExp, command: string])[] = [
  [/^GET \/v1\/applications\/([^/?]+)\/trigger-urls$/, 'application trigger-url list NAME'],
  [/^GET \/v1\/applications\/([^/?]+)\/template\/versions$/, 'application template versions NAME'],
  [/^GET \/v1\/applications\/([^/?]+)\/template$/, 'application template get NAME'],
  [/^PUT \/v1\/applications\/([^/?]+)\/template$/, 'application template put NAME FILE'],
  [/^POST \/v1\/applications\/([^/?]+)\/deploy$/, 'application deploy NAME IMAGE'],
  [/^DELETE \/v1\/applications\/([^/?]+)\/reject\/([^/?]+)$/, 'application unreject NAME MORE'],
];

/** What a command needs beside a name; the flags of a change are its own to show. */
const CREATE: Readonly<Record<string, string>> = {
  application: 'create NAME --http URL',
  hook: 'create NAME --registry FORMAT',
  trigger: 'create NAME --registry FORMAT --repository PATH --application NAME',
};

/** `PATCH /v1/hooks/web` as `hook update web --help`; undefined for a request that no command makes. */
export const commandOf = (request: string): string | undefined => {
  for (const [pattern, command] of BELOW) {
    const [, owner, more = ''] = pattern.exec(request) ?? [];
    if (owner !== undefined) return command.replace('NAME', owner).replace('MORE', more);
  }
  const [, method, noun, name, verb, query = ''] = REQUEST.exec(request) ?? [];
  if (noun === undefined) return undefined;
  const flags = [...new URLSearchParams(query)].map(([flag, value]) => (value === 'true' ? ` --${flag}` : ` --${flag} ${shellWord(value)}`)).join('');
  const target = name === undefined ? '' : ` ${shellWord(decodeURIComponent(name))}`;
  if (verb !== undefined) return `${noun} ${verb}${target}${flags}`;
  if (method === 'GET') return `${noun} ${name === undefined ? 'list' : 'show'}${target}${flags}`;
  if (method === 'PATCH') return `${noun} update${target} --help`;
  return method === 'DELETE' ? `${noun} delete${target}${flags}` : `${noun} ${CREATE[noun] ?? '--help'}`;
};

/** One line for each way on. */
export const adviceIn = (answer: Fields): readonly string[] =>
  texts(answer.next).flatMap((request) => {
    const command = commandOf(request);
    return command === undefined ? [] : [`Try: image-triggers ${command}`];
  });
