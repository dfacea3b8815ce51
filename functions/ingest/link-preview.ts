/**
 * Requests that somebody's program sends to look at a link before a person opens it, or without one: a GET of them deploys nothing.
 * https://fetch.spec.whatwg.org/#sec-purpose-header; `Purpose`, `X-Purpose` and `X-Moz` came before it.
 */

const PURPOSES = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const;
const AHEAD = /prefetch|prerender|preview/i;

/** Of chats and mail, as they name themselves. One that hides itself is why GET is off unless somebody asks for it. */
const PREVIEWERS = /slackbot|facebookexternalhit|twitterbot|whatsapp|telegrambot|discordbot|linkedinbot|skypeuripreview|teamsbot|dingtalkbot|larkurlpreview/i;

/** What says so; undefined for a request that is meant. */
export const lookAhead = (headers: Readonly<Record<string, string>>): string | undefined => {
  const purpose = PURPOSES.find((name) => AHEAD.test(headers[name] ?? ''));
  if (purpose !== undefined) return `the header ${purpose}`;
  const [previewer] = PREVIEWERS.exec(headers['user-agent'] ?? '') ?? [];
  return previewer === undefined ? undefined : `the user agent ${previewer}`;
};
