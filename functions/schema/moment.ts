/** A moment as people and programs give it in a query or a flag. */

export const MOMENT_RULE =
  'give a time with its zone as 2026-06-30T12:00:00Z, a date as 2026-06-30 (its beginning, UTC), or how long ago it is as 90s, 30m, 24h or 7d';

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const satisfies Record<string, number>;
const isUnit = (text: string | undefined): text is keyof typeof UNITS => text !== undefined && Object.hasOwn(UNITS, text);

/** RFC 3339, and its date alone. */
const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d))?$/;

/** Milliseconds since the epoch; undefined where the text says no moment. */
export const momentOf = (text: string, now: number): number | undefined => {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (isUnit(unit)) return Math.max(0, now - Number(count) * UNITS[unit]);
  // A plus that nobody wrote as %2B arrives as a blank.
  const written = text.replace(/ (?=\d\d:\d\d$)/, '+');
  const [, year, month, day] = TIME.exec(written) ?? [];
  if (year === undefined || !isDay(Number(year), Number(month), Number(day))) return undefined;
  const time = Date.parse(written.toUpperCase().replace(' ', 'T'));
  return Number.isNaN(time) ? undefined : Math.max(0, time);
};

export const isMoment = (text: string): boolean => momentOf(text, 0) !== undefined;

/** `Date` takes the 31st of June for the 1st of July. */
const isDay = (year: number, month: number, day: number): boolean => new Date(Date.UTC(year, month - 1, day)).getUTCMonth() === month - 1 && day > 0;
