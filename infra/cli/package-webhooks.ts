/** Webhooks as GitHub has them, and Gitea after it: numbered, in pages, each with its `config`; one is changed by PATCH. */
import { type Fields, fields, textOf } from '../../functions/core/fields.ts';
import { type Connector, type Done, isSegment, numberedIn, takenWith, type Wish } from './connector.ts';
import type { RegistryApi } from './registry-api.ts';

interface Ways {
  readonly registry: string;
  /** The query by which a page is as long as it may be. */
  readonly page: string;
  /** What a new one has beside the rest. */
  readonly made: Fields;
  /** Where the event was dropped. */
  readonly cure: string;
  body(wish: Wish, path: string): Fields;
  /** Has it send a delivery of its own: after a change, where a new one does so anyway. */
  ping?(api: RegistryApi, webhook: string): Promise<unknown>;
}

export const packageWebhooks =
  ({ registry, page, made, cure, body, ping }: Ways): Connector['look'] =>
  async (api, path) => {
    const taken = (answer: unknown): Done => takenWith(answer, 'package', registry, cure);
    const hooks = await numberedIn(api, `${path}?${page}`, registry);
    return {
      webhooks: hooks.map(({ id, item }) => ({
        url: textOf(fields(item.config).url),
        set: async (wish) => ({
          ...taken(await api({ method: 'PATCH', path: `${path}/${id}`, body: body(wish, path) })),
          ...(ping === undefined ? {} : { ping: () => ping(api, `${path}/${id}`) }),
        }),
      })),
      make: async (wish) => taken(await api({ method: 'POST', path, body: { ...made, ...body(wish, path) } })),
    };
  };

/** Of an owner, or of one repository: `OWNER` or `OWNER/REPOSITORY`. */
export const ownerOrRepository = (place: string): { readonly owner: string; readonly repository?: string } | undefined => {
  const [owner = '', repository, ...rest] = place.split('/');
  const named = rest.length === 0 && [owner, ...(repository === undefined ? [] : [repository])].every(isSegment);
  return named ? { owner, ...(repository === undefined ? {} : { repository }) } : undefined;
};
