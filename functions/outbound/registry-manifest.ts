/** What a tag names at its registry: one HEAD of the manifest, and a GET only where that leaves something open. */
import { fields, isFields } from '../core/fields.ts';
import { isDigest } from '../core/image.ts';
import { jsonIn } from '../core/json-in.ts';
import type { RegistryAnswer, Silence } from '../core/registry-answer.ts';
import { retryAfterOf } from '../core/retry-after.ts';
import { shown } from '../core/shown.ts';
import { type Answered, type AskRegistry, type RegistryIo } from './registry-request.ts';

/** The list of several platforms first: it is what was pushed. */
export const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** The specification lets a manifest have so many bytes. */
const MOST_BYTES = 4_194_304;

/** `known`: a digest that it named before; a registry may answer that nothing has changed since. */
export const findManifest = async (ask: AskRegistry, tag: string, io: RegistryIo, known?: string): Promise<RegistryAnswer> => {
  const question = { path: `manifests/${tag}`, headers: { accept: MANIFESTS } };
  // Distribution has the digest for an entity tag; who has not, or does not look, answers as ever.
  const unless: Readonly<Record<string, string>> = known === undefined ? {} : { 'if-none-match': `"${known}"` };
  const head = await ask({ ...question, headers: { ...question.headers, ...unless }, method: 'HEAD' }, io);
  if (!head.ok) return { is: 'silent', why: head.why };
  const { status, headers } = head.value;
  if (status === 304 && known !== undefined) return { is: 'found', digest: known };
  const digest = headers['docker-content-digest'];
  if (status === 200 && digest !== undefined && isDigest(digest)) return { is: 'found', digest };
  if (status !== 200 && status !== 404 && status !== 405) return silent(head.value, io);
  const whole = await ask({ ...question, method: 'GET', mostBytes: MOST_BYTES }, io);
  if (!whole.ok) return { is: 'silent', why: whole.why };
  if (whole.value.status === 404) return absentOr(whole.value, tag);
  if (whole.value.status !== 200) return silent(whole.value, io);
  // A digest is of the bytes, so who was given them needs nobody to say it.
  const body = whole.value.exchange.response?.body;
  const { config, manifests } = fields(jsonIn(whole.value.body));
  return body?.complete === true && isFields(config ?? manifests)
    ? { is: 'found', digest: `sha256:${body.sha256}` }
    : { is: 'silent', why: 'it answered 200 and no manifest' };
};

/** Codes of the specification; Harbor has one of its own. */
const UNKNOWN: ReadonlySet<unknown> = new Set(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND']);

/** A 404 alone may come from anything that stands before a registry, and would end a deployment: only a registry's own word does. */
export const unknownBy = ({ body }: Answered): unknown => {
  const { errors } = fields(jsonIn(body));
  return (Array.isArray(errors) ? errors : []).map((error) => (isFields(error) ? error.code : undefined)).find((one) => UNKNOWN.has(one));
};

const absentOr = (answer: Answered, tag: string): RegistryAnswer => {
  const code = unknownBy(answer);
  return code === undefined
    ? { is: 'silent', why: 'it answered 404 and does not say that the image is unknown' }
    : { is: 'absent', why: `the registry has no image under the tag ${shown(tag)} (${String(code)})` };
};

export const silent = (answer: Answered, io: RegistryIo): Silence => {
  const retryAfter = retryAfterOf(answer.headers['retry-after'], io.now());
  const why = said(answer, io);
  return { is: 'silent', why, ...(retryAfter === undefined ? {} : { retryAfter }), ...(isDenied(answer) ? { denied: true } : {}) };
};

const isDenied = ({ status }: Answered): boolean => status === 401 || status === 403;

const said = (answer: Answered, { action }: RegistryIo): string => {
  const { status } = answer;
  if (isDenied(answer))
    return `it answered ${status}: ${action === undefined ? 'this access may not read the repository' : `the policies of the role and of the repository do not allow ${action}`}`;
  return status >= 300 && status < 400 ? `it answered ${status}, and redirects are not followed` : `it answered ${status}`;
};
