/** The tags of a repository, page by page. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags */
import { isTag } from '../core/image.ts';
import type { RegistryTags } from '../core/registry-answer.ts';
import { silent, unknownBy } from './registry-manifest.ts';
import { type AskRegistry, jsonIn, type RegistryIo } from './registry-request.ts';

const PAGE = 1_000;
const MOST_PAGES = 10;
const MOST_BYTES = 1_000_000;

export const listTags = async (ask: AskRegistry, io: RegistryIo): Promise<RegistryTags> => {
  const tags: string[] = [];
  let query: string | undefined = `?n=${PAGE}`;
  for (let page = 0; query !== undefined && page < MOST_PAGES; page += 1) {
    const answer = await ask({ method: 'GET', path: `tags/list${query}`, mostBytes: MOST_BYTES }, io);
    if (!answer.ok) return { is: 'silent', why: answer.why };
    const { status, headers, body } = answer.value;
    // Before its first push.
    if (status === 404 && unknownBy(answer.value) !== undefined) return { is: 'listed', tags };
    if (status !== 200) return silent(answer.value, io);
    const { tags: listed } = jsonIn(body);
    // A repository without tags has none, or null.
    const found = (Array.isArray(listed) ? listed : []).filter((tag): tag is string => typeof tag === 'string' && isTag(tag));
    tags.push(...found);
    query = nextQuery(headers.link ?? '');
  }
  return { is: 'listed', tags };
};

/** Of where the next page is only what stands behind the "?": some have a mark of their own there, and not the last tag (Amazon ECR, Quay). */
const nextQuery = (link: string): string | undefined => {
  const [, query] = /<[^<>?]*\?([^<>\s]+)>\s*;\s*rel="?next"?/.exec(link) ?? [];
  if (query === undefined) return undefined;
  const asked = new URLSearchParams(query);
  asked.set('n', String(PAGE));
  return `?${asked}`;
};
