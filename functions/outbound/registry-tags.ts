/** The tags of a repository, page by page. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags */
import { fields } from '../core/fields.ts';
import { isTag } from '../core/image.ts';
import { jsonIn } from '../core/json-in.ts';
import type { RegistryTags } from '../core/registry-answer.ts';
import { silent, unknownBy } from './registry-manifest.ts';
import { type AskRegistry, type RegistryIo } from './registry-request.ts';

const PAGE = 1_000;
/** Some give a hundred at a time, whatever is asked for. */
const MOST_PAGES = 20;
const MOST_BYTES = 1_000_000;
const MOST_TAGS = 10_000;

/** Never a part of them: which part that is changes with what is deleted, and what then comes into sight was not pushed. */
const TOO_MANY = { is: 'silent', why: `it has more than ${MOST_TAGS} tags, or gives too few at a time, to be looked at`, denied: true } as const;
const NO_LIST = `it answered 200 and no list of tags of at most ${MOST_BYTES} bytes`;

export const listTags = async (ask: AskRegistry, io: RegistryIo): Promise<RegistryTags> => {
  const tags: string[] = [];
  let query: string | undefined = `?n=${PAGE}`;
  for (let page = 0; query !== undefined && page < MOST_PAGES; page += 1) {
    const answer = await ask({ method: 'GET', path: `tags/list${query}`, mostBytes: MOST_BYTES }, io);
    if (!answer.ok) return { is: 'silent', why: answer.why };
    const { status, headers, body } = answer.value;
    // Before its first push.
    if (status === 404 && page === 0 && unknownBy(answer.value) !== undefined) return { is: 'listed', tags };
    if (status !== 200) return silent(answer.value, io);
    const list = fields(jsonIn(body));
    // A page of a proxy, or more than is read: taken for an empty list, all tags would be new the next time.
    if (list.tags === undefined && list.name === undefined) return { is: 'silent', why: NO_LIST };
    // A repository without tags has none, or null.
    const found = (Array.isArray(list.tags) ? list.tags : []).filter((tag): tag is string => typeof tag === 'string' && isTag(tag));
    if (tags.length + found.length > MOST_TAGS) return TOO_MANY;
    tags.push(...found);
    const next = nextQuery(headers.link ?? '');
    // One that leads to itself is the last one.
    query = next === query ? undefined : next;
  }
  return query === undefined ? { is: 'listed', tags } : TOO_MANY;
};

/** Of where the next page is only what stands behind the "?": some have a mark of their own there, and not the last tag (Amazon ECR, Quay). */
const nextQuery = (link: string): string | undefined => {
  const [, query] = /<[^<>?]*\?([^<>\s]+)>\s*;\s*rel="?next"?/.exec(link) ?? [];
  if (query === undefined) return undefined;
  const asked = new URLSearchParams(query);
  asked.set('n', String(PAGE));
  return `?${asked}`;
};
