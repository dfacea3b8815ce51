/**
 * The grammar of an image reference, exactly as distribution/reference defines it (reference.go and regexp.go);
 * nothing is filled in here, `image.ts` does that.
 *
 *   reference  = name [":" tag] ["@" digest]
 *   name       = [domain "/"] path                         path: at most 255 characters
 *   domain     = host [":" digit+]
 *   host       = component ("." component)* | "[" (hex | ":")+ "]"        no zone, no dotted IPv4 inside the brackets
 *   component  = alnum | alnum (alnum | "-")* alnum        both cases
 *   path       = part ("/" part)*
 *   part       = lower+ (separator lower+)*                lower: a-z 0-9
 *   separator  = "." | "_" | "__" | "-"+
 *   tag        = word (word | "." | "-"){0,127}            word: A-Z a-z 0-9 _
 *   digest     = algorithm ":" hex{32,}
 *   algorithm  = alpha alnum* (("-" | "_" | "+" | ".") alpha alnum*)*
 *   identifier = [a-f0-9]{64}                              a bare one is an image id, never a name
 *
 * The text is cut at its delimiters first and each piece is tested by an expression without ambiguity, so that time is linear.
 */
import { type Parsed, parsed, refused } from './parsed.ts';
import { shown } from './shown.ts';

interface Reference {
  /** Absent when the text has none; `splitDomain` in `image.ts` says what Docker takes for one. */
  readonly domain?: string;
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
}

export const MAX_PATH = 255;
/** Host 253 + port, path 255, tag 128, digest 135 and delimiters fit; anything longer is no reference. */
const MAX_TEXT = 1024;

const DOMAIN = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const IDENTIFIER = /^[a-f0-9]{64}$/;
/** Algorithms that the OCI image specification registers, with the length of their hex. */
const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };
const SUPPORTED = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

export const isDomain = (text: string): boolean => text.length <= MAX_TEXT && DOMAIN.test(text);
export const isPath = (text: string): boolean => text.length <= MAX_PATH && PATH.test(text);
export const isTag = (text: string): boolean => text.length <= 128 && TAG.test(text);
export const TAG_RULE = 'up to 128 of A-Z, a-z, 0-9, "_", "." and "-" are allowed, not beginning with "." or "-"';
/** Well-formed by the grammar, whatever its algorithm. `isDigest` is what may be pulled. */
export const isDigestLike = (text: string): boolean => text.length <= MAX_TEXT && DIGEST.test(text);
export const isIdentifier = (text: string): boolean => IDENTIFIER.test(text);

/** sha256 or sha512 with exactly its length of lower-case hex: what `digestProblem` finds nothing wrong with. */
export const isDigest = (text: string): boolean => SUPPORTED.test(text);
export const DIGEST_RULE = '"sha256:" and 64 digits of 0-9 and a-f are allowed (or "sha512:" and 128)';

const digestProblem = (digest: string): string | undefined => {
  const [algorithm = '', hex = ''] = digest.split(':');
  const length = Object.hasOwn(HEX_LENGTH, algorithm) ? HEX_LENGTH[algorithm] : undefined;
  if (length === undefined) return `the digest algorithm ${shown(algorithm)} is not supported: write sha256 or sha512`;
  if (hex.length !== length) return `the digest ${shown(digest)} has ${hex.length} hex digits and ${algorithm} has ${length}: write it out in full`;
  return /^[a-f0-9]+$/.test(hex) ? undefined : `the digest ${shown(digest)} has upper-case hex digits: write it in lower case`;
};

/** Upstream's `Parse`: no default host, no default tag; `why` says which piece is wrong. */
export const parseReference = (text: string): Parsed<Reference> => {
  if (text === '') return refused('the image reference is empty: write host/path:tag');
  if (text.length > MAX_TEXT) return refused(`the image reference ${shown(text)} has ${text.length} characters: at most ${MAX_TEXT} are allowed`);
  const cut = cutReference(text);
  if (cut === undefined) {
    if (/[A-Z]/.test(text) && cutReference(text.toLowerCase()) !== undefined)
      return refused(`the image reference ${shown(text)} has upper-case letters in its path: write the path in lower case`);
    return refused(`${shown(text)} is not an image reference: write [host[:port]/]path[:tag][@digest], as in registry.example.com/team/app:v1`);
  }
  if (cut.path.length > MAX_PATH) return refused(`the path of ${shown(text)} has ${cut.path.length} characters: at most ${MAX_PATH} are allowed`);
  const problem = cut.digest === undefined ? undefined : digestProblem(cut.digest);
  return problem === undefined ? parsed(cut) : refused(problem);
};

const cutReference = (text: string): Reference | undefined => {
  const at = text.indexOf('@');
  const digest = at === -1 ? undefined : text.slice(at + 1);
  const named = at === -1 ? text : text.slice(0, at);
  // Only a colon after the last slash starts a tag: before it, it belongs to a port or an IPv6 address.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  const name = colon === -1 ? named : named.slice(0, colon);
  if ((digest !== undefined && !isDigestLike(digest)) || (tag !== undefined && !isTag(tag))) return undefined;
  const slash = name.indexOf('/');
  const head = slash === -1 ? '' : name.slice(0, slash);
  const rest = { ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
  if (slash !== -1 && DOMAIN.test(head) && PATH.test(name.slice(slash + 1))) return { domain: head, path: name.slice(slash + 1), ...rest };
  return PATH.test(name) ? { path: name, ...rest } : undefined;
};
