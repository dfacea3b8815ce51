/** Expressions that make other engines stand still, and tags of 128 characters for which they do. */

/** From published corpora of catastrophic backtracking. */
export const CLASSICS = [
  ...['(a+)+$', '(a|aa)+$', '(.*a){12}$', '^(([a-z])+.)+[A-Z]([a-z])+$', '(x+x+)+y', '^(a|a)*$', '(a?){25}a{25}', '(?:a{1000}){1000}'],
  ...['(.*)(.*)(.*)(.*)(.*)x$', '(a|a)*$', 'a*a*a*a*b$', '^.*.*.*.*=$', '(a?){60}a{60}', '(.*)*x', '(?:(?:a*)*)*b'],
] as const;

/** The dearest that our own limits let through. */
export const DEAREST = [
  ...['(.*a){100}', '(.{0,100}){4}', '(?:.{1,100}.{1,9}){1}'.repeat(3), '(?:a{0,128}){3}'],
  ...['(a*)*'.repeat(100), '(a|b|c|d)*?'.repeat(40), '[^b]*[^c]*'.repeat(51)],
] as const;

export const EVIL_EXPRESSIONS = [...CLASSICS, ...DEAREST] as const;

export const EVIL_TAGS = ['a'.repeat(128), `${'a'.repeat(127)}!`, 'x'.repeat(128), 'aB'.repeat(64), '.'.repeat(128)] as const;
