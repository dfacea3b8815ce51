/** Names of hooks, triggers and applications. They stand in URLs, tokens, table keys and role names, so they are kept to what all of these take. */
import * as z from 'zod/mini';

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const NAME_RULE = 'a name has 1 to 63 of a-z, 0-9, "_" and "-", and begins with a letter or digit';

export const isName = (text: string): boolean => NAME.test(text);

/** Of trigger URLs; hooks have their keys beside them and may not be named so. */
const TRIGGER_URL_ID = /^url-[0-9a-hjkmnp-tv-z]{26}$/;

export const triggerUrlId = (ulid: string): string => `url-${ulid.toLowerCase()}`;
export const isTriggerUrlId = (text: string): boolean => TRIGGER_URL_ID.test(text);

/** What stands for a trigger in a call: its name, or `!` and the name of an application, for what no trigger made. */
export const isCaller = (text: string): boolean => isName(text.startsWith('!') ? text.slice(1) : text);
export const CALLER_RULE = `${NAME_RULE}; an application with "!" before it stands for what no trigger made`;

export const name = z.string().check(z.regex(NAME, { error: NAME_RULE }));
