/** Names of hooks, triggers and applications. They stand in URLs, tokens, table keys and role names, so they are kept to what all of these take. */
import * as z from 'zod/mini';

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const NAME_RULE = 'a name has 1 to 63 of a-z, 0-9, "_" and "-", and begins with a letter or digit';

export const isName = (text: string): boolean => NAME.test(text);

export const name = z.string().check(z.regex(NAME, { error: NAME_RULE }));
