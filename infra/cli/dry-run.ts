/** `--dry-run`: the request that would be sent, with what is secret left out, after what can be known of it without sending it. */
import type { Operation } from '../../functions/api/operation.ts';
import { type Fields, fields, isFields, textOf } from '../../functions/core/fields.ts';
import type { Request } from './connect.ts';
import { CliError } from './io.ts';
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

/** What every path below it needs to be there. */
const OWNER = /^\/v1\/(?:applications|hooks|triggers|calls)\/[^/]+/;

/** Throws what the API would answer to a body that it does not take, or to the name of something that is not there. The rest it says when it is sent. */
export const checkRequest = async ({ method, path, body = {} }: Request, consult: (request: Request) => Promise<unknown>): Promise<void> => {
  // They come with all schemas, which no other command needs.
  const [{ OPERATIONS }, { check }] = await Promise.all([import('../../functions/api/operations/index.ts'), import('../../functions/schema/check.ts')]);
  const [route = ''] = path.split('?');
  const declared = Object.values<Operation>(OPERATIONS).find((each) => each.method === method && isOf(each.path, route));
  // As it arrives: what is undefined here is not there.
  const checked = declared === undefined || method === 'DELETE' ? undefined : check(declared.body, JSON.parse(JSON.stringify(body)));
  if (checked?.ok === false) throw new CliError(`${checked.problems.map(({ field, why }) => `${field}: ${why}`).join('\n  ')} [invalid-fields]`);
  const [owner] = OWNER.exec(route) ?? [];
  if (owner !== undefined) await consult({ method: 'GET', path: owner });
};

/** `/v1/hooks/:name` and `/v1/hooks/web`. */
const isOf = (declared: string, route: string): boolean => {
  const [wanted, given] = [declared.split('/'), route.split('/')];
  return wanted.length === given.length && wanted.every((part, i) => part.startsWith(':') || part === given[i]);
};
