/** A word of a command that is shown, as a shell takes it: bash and zsh look a bare `!web` up in their history. */
export const shellWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
