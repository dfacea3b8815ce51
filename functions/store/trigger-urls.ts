/** Trigger URLs of applications: hooks by their key, and under a kind of their own in the index, so that lists of hooks do not hold them. */
import { hookKey, type TriggerUrl, triggerUrlFromItem, triggerUrlsOf, triggerUrlToItem } from './definition-item.ts';
import { makeDefinitions } from './definitions.ts';
import type { Tables } from './dynamo.ts';

/** Far more than an application may have: whoever asks wants all of them. */
const MOST = 1_000;

export const makeTriggerUrls = (tables: Tables, newWriter: () => string) => {
  const { get, create, remove, list } = makeDefinitions<TriggerUrl>(
    tables,
    {
      kind: 'trigger-url',
      toItem: triggerUrlToItem,
      fromItem: triggerUrlFromItem,
      isKey: () => false,
    },
    newWriter,
  );

  /** Those of one application, the oldest first. From an index: one that was made or revoked a moment ago may be missing, or still there. */
  const ofApplication = async (application: string): Promise<readonly TriggerUrl[]> => {
    const page = await list({ prefix: triggerUrlsOf(application), limit: MOST });
    if (!page.ok) throw new Error(page.why);
    return page.value.items;
  };

  return { get: (id: string) => get(hookKey(id)), create, remove: (id: string) => remove(hookKey(id)), ofApplication };
};
