/** A secret URL (of a hook, or a trigger URL) given as an argument: nothing here takes one there, where the history of the shell keeps it. */
import { misused } from './io.ts';

/** As `functions/hooks/token.ts` makes them; the name of the hook stands in it. */
const TOKEN = /\bit_([a-z0-9][a-z0-9_-]{0,62})_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\b/;

/** The hook or trigger URL whose token it is. */
export const hookIn = (text: string): string | undefined => TOKEN.exec(text)?.[1];

/** Without repeating the text, as the parser of arguments would: what is said may be kept in a log. */
export const refuseSecretUrl = (text: string): void => {
  const hook = hookIn(text);
  if (hook === undefined) return;
  const cure = hook.startsWith('url-')
    ? `its id, ${hook}; another one is made by "application trigger-url create", and this one revoked by "application trigger-url delete"`
    : `the name of its hook, ${hook}; "hook rotate ${hook}" makes another URL`;
  throw misused(`a secret URL was given, which the history of the shell holds now: give ${cure}`);
};

/** A text with every such token made unreadable: of what others wrote, before it is shown. */
export const withoutTokens = (text: string): string => text.replace(new RegExp(TOKEN, 'g'), 'it_$1_…');
