/** Posting to a webhook URL. The URL is a secret: whatever goes wrong, no more than where it leads is said. */

import { type Fields, fields } from '../../functions/core/fields.ts';
import { boundedText } from './bounded-text.ts';
import { causeOf } from './cause-of.ts';
import { CliError, misused } from './io.ts';
import type { Delivery } from './sample-delivery.ts';
import { withoutTokens } from './secret-url.ts';

const TIMEOUT_MS = 15_000;
/** Far above what a hook answers. */
const MOST_BYTES = 65_536;

/** Without blanks around it; `what` is never repeated. */
export const webhookUrl = (text: string): URL => {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || /\s/.test(text.trim()))
    throw misused('what --url-file holds is no webhook URL: give the whole URL, as it was shown (https://…), and nothing else');
  return url;
};

export const postDelivery = async (url: URL, { method, headers, body }: Delivery): Promise<{ readonly status: number; readonly body: Fields }> => {
  try {
    const response = await fetch(url, { method, headers, body: new Uint8Array(body), redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { status: response.status, body: read(withoutTokens((await boundedText(response, MOST_BYTES)).text)) };
  } catch (error) {
    throw new CliError(`${url.origin} does not answer (${withoutTokens(causeOf(error))}): check the URL and the network`);
  }
};

/** A hook answers JSON with a message; a handshake or a proxy something else. */
const read = (text: string): Fields => {
  try {
    return fields(JSON.parse(text));
  } catch {
    return { message: text.slice(0, 500) };
  }
};
