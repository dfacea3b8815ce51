/** How a value from outside is shown in a sentence: quoted, control characters escaped, never longer than `most` characters. */
export const shown = (text: string, most = 60): string => JSON.stringify(text.length > most ? `${text.slice(0, most)}…` : text);
