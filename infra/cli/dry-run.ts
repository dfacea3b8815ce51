/** `--dry-run`: the request that would be sent, with what is secret left out. */
import type { Request } from './connect.ts';
import { type Fields, fields, isFields, textOf } from './json.ts';
import { type Format, readerOf, structured } from './output.ts';

/** Of a `credential`, the one part of a body that holds any: everything else names its secrets by reference. */
const SECRETS = ['secret', 'password', 'value'] as const;
const LEFT_OUT = '(left out)';

const withoutSecrets = (body: Fields): Fields => {
  if (!isFields(body.credential)) return body;
  const hidden = SECRETS.filter((field) => fields(body.credential)[field] !== undefined).map((field) => [field, LEFT_OUT]);
  return { ...body, credential: { ...body.credential, ...Object.fromEntries(hidden) } };
};

/** What is printed for it; for a loop of the shell nothing is made, so nothing is named. */
export const dryRunText = ({ method, path, body }: Request, format: Format): string => {
  const sent = isFields(body) ? withoutSecrets(body) : body;
  const reader = readerOf(format);
  if (reader === 'shell') return '';
  if (reader === 'program') return structured(format, { dryRun: true, request: { method, path, body: sent } });
  return [`${method} ${textOf(path)}`, ...(sent === undefined ? [] : [structured('json', sent)])].join('\n');
};
