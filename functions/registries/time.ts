/** Times in payloads, as milliseconds since the epoch. Only a time with a zone says when something was. */

/** RFC 3339 with up to nine digits of a second, as Go writes it; Nexus leaves the colon of the offset out. */
const ZONED_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/;
/** Far beyond any push, and still a date: more is another unit. */
const LAST_SECOND = 99_999_999_999;

/** Undefined for anything without a zone, that is no date, or before 1970 (GitHub's zero time is 0001-01-01). */
export const zonedTime = (text: unknown): number | undefined => {
  const at = typeof text === 'string' && ZONED_TIME.test(text) ? Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : Number.NaN;
  return Number.isNaN(at) || at < 0 ? undefined : at;
};

/** Seconds since the epoch, whole or not. */
export const unixSeconds = (value: unknown): number | undefined =>
  typeof value === 'number' && value > 0 && value <= LAST_SECOND ? Math.floor(value * 1000) : undefined;
