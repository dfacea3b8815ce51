/** What of a URL may be recorded: secrets ride in queries, in userinfo, and as path segments. */

const HIDDEN = '…';
/** Path segments that may be random: long hex or a UUID, long text of digits and both cases (webhook URLs of chat systems), letters and digits in one long run (ids), and our own webhook tokens. */
const TOKEN = /^(?:[0-9A-Fa-f-]{20,}|(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[\w.~%-]{20,}|(?=.*[0-9])(?=.*[A-Za-z])[0-9A-Za-z]{16,}|it_.+)$/;

/** The URL without userinfo and fragment, every value of its query and every token-like path segment replaced by `…`. Text that is no URL is not shown at all. */
export const shownUrl = (text: string): string => {
  const url = URL.parse(text);
  if (url === null) return '(not a URL)';
  const path = url.pathname
    .split('/')
    .map((segment) => (TOKEN.test(segment) ? `${segment.slice(0, 4)}${HIDDEN}` : segment))
    .join('/');
  return `${url.protocol}//${url.host}${path}${shownQuery(url.search)}`;
};

const shownQuery = (search: string): string =>
  search === ''
    ? ''
    : `?${search
        .slice(1)
        .split('&')
        // A pair without "=" may be the secret itself.
        .map((pair) => (pair.includes('=') ? `${pair.slice(0, pair.indexOf('='))}=${HIDDEN}` : HIDDEN))
        .join('&')}`;

/** The parts that `shownUrl` hides, raw and decoded: an answer may repeat them. */
export const hiddenParts = (text: string): readonly string[] => {
  const url = URL.parse(text);
  if (url === null) return [];
  const raw = [
    ...url.pathname.split('/').filter((segment) => TOKEN.test(segment)),
    ...url.search
      .slice(1)
      .split('&')
      .map((pair) => pair.slice(pair.indexOf('=') + 1)),
    url.password,
  ];
  return raw.flatMap((part) => (part === '' ? [] : [part, decoded(part)]));
};

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};
