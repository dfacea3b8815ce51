/**
 * Tencent Container Registry (TCR), Enterprise Edition: the body of Harbor 1.9.
 * https://www.tencentcloud.com/document/product/1051/37254
 *
 *   {"type":"pushImage","occur_at":1589106605,"operator","event_data":{"resources":[{"digest","tag","resource_url":"name.tencentcloudcr.com/public/nginx:v1"}],"repository":{"repo_full_name"}}}
 *
 * Other types are deleteImage, uploadChart and deleteChart. There is no signature, only headers of one's own ("Key:Value").
 */
import { harborEvent, readHarborData } from './harbor-event.ts';
import { headerLines } from './paste.ts';
import { decodeShape, textOr } from './payload.ts';
import type { Registry } from './registry.ts';
import { unixSeconds } from './time.ts';

const WHAT = 'a notification of Tencent TCR ("type" pushImage with "event_data")';
const TYPES: ReadonlySet<string> = new Set(['pushImage', 'deleteImage', 'uploadChart', 'deleteChart']);

export const tencentTcr: Registry = {
  proofs: [{ by: 'header', name: 'Authorization' }],
  needsRegistryHost: false,
  aliases: () => [],
  // An instance may have a host of its own, so any Harbor 1.9 looks like it; `harbor.ts` leaves those that have Tencent's host.
  recognises: ({ body }) => {
    const read = decodeShape(harborEvent, body, WHAT);
    return read.ok && TYPES.has(read.value.type);
  },
  read: ({ body }) => {
    const read = decodeShape(harborEvent, body, WHAT);
    if (!read.ok) return { is: 'unreadable', why: read.why };
    const { type, event_data, occur_at, operator } = read.value;
    if (!TYPES.has(type)) return { is: 'unreadable', why: `the body is not ${WHAT}: "type" is none of ${[...TYPES].join(', ')}` };
    return readHarborData(type, type === 'pushImage', event_data, { pushedAt: unixSeconds(occur_at), actor: textOr(operator) });
  },
  guide: (paste) => [
    'Console of TCR: the Enterprise instance, Triggers (触发器), Create: trigger action "Push image".',
    `URL: ${paste.url}`,
    ...headerLines(paste, ({ name, value }) => `Header: ${name}:${value}`),
    'Only the Enterprise Edition has triggers.',
  ],
};
