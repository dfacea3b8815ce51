/** What each parameter of a query, and of a path, means, for the description of the API. */
import { STATE_WORDS, STATUS_GROUPS } from '../schema/request.ts';

export const QUERY_WORDS: Readonly<Record<string, string>> = {
  limit: 'How many at most; 20 unless given',
  cursor: 'Where to go on: the "cursor" of the page before, with the same filters',
  lang: 'Of sentences and cures; else what Accept-Language prefers. Codes are the same in both',
  application: 'Only of this application',
  name: 'Only those whose name begins so',
  target: 'Only with a target of this kind',
  state: `One or several, with commas between them, of ${STATE_WORDS.join(', ')}`,
  trigger: 'Only of this trigger; ! and the name of an application for what no trigger made',
  hook: 'Only through this hook',
  registry: 'Only of this format',
  repository: 'Only of this repository, as host/path',
  tag: 'Only of exactly this tag',
  status: `One or several, with commas between them; also ${Object.keys(STATUS_GROUPS).join(', ')}`,
  reason: 'One or several codes, with commas between them',
  since: 'From then on: a time with its zone, a date, or how long ago (90s, 30m, 24h, 7d)',
  until: 'Before then, written like "since"',
  force: 'true: also what triggers name',
  keep: 'When two are valid: former ends the newest one and makes another, newest ends the former one and makes none',
  from: 'A version; without it the one that "to" was made from',
  to: 'A version; without it the newest',
};

/** By its name, and `:name` by what it is the name of. */
export const PATH_WORDS: Readonly<Record<string, string>> = {
  hook: 'Name of the hook',
  trigger: 'Name of the trigger',
  application: 'Name of the application',
  id: 'As the list shows it',
  version: 'Number of a version of the template',
  digest: 'sha256:… as it was rejected',
};
