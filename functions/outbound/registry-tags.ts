/** The tags of a repository, page by page. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags */
import { isTag } from '../core/image.ts';
import type { RegistryTags } from '../core/registry-answer.ts';
import { retryAfterOf } from '../core/retry-after.ts';
import { said, unknownBy } from './registry-manifest.ts';
import { type AskRegistry, jsonIn, type RegistryIo } from './registry-request.ts';

const PAGE = 1_000;
const MOST_PAGES = 10;
const MOST_BYTES = 1_000_000;

export const listTags = async (ask: AskRegistry, io: RegistryIo): Promise<RegistryTags> => {
  const tags: string[] = [];
  for (let page = 0, last = ''; page < MOST_PAGES; page += 1) {
    const path = `tags/list?n=${PAGE}${last === '' ? '' : `&last=${encodeURIComponent(last)}`}`;
    const answer = await ask({ method: 'GET', path, mostBytes: MOST_BYTES }, io);
    if (!answer.ok) return { is: 'silent', why: answer.why };
    const { status, headers, body } = answer.value;
    // Before its first push.
    if (status === 404 && unknownBy(answer.value) !== undefined) return { is: 'listed', tags };
    const retryAfter = retryAfterOf(headers['retry-after'], io.now());
    if (status !== 200) return { is: 'silent', why: said(answer.value), ...(retryAfter === undefined ? {} : { retryAfter }) };
    const { tags: listed } = jsonIn(body);
    // A repository without tags has none, or null.
    const found = (Array.isArray(listed) ? listed : []).filter((tag): tag is string => typeof tag === 'string' && isTag(tag));
    tags.push(...found);
    last = found.at(-1) ?? '';
    if (last === '' || !/;\s*rel="?next"?/.test(headers.link ?? '')) break;
  }
  return { is: 'listed', tags };
};
