/**
 * Placeholders in the texts of a template: `${name}`, with `$${name}` for the literal `${name}`. What looks otherwise (`$name`,
 * `${1}`, `${a:-b}`, `$(name)`) is no placeholder and stays. A value is filled in once: what looks like a placeholder in it stays too.
 */
export type Parameters = Readonly<Record<string, string>>;

const PLACEHOLDER = /(\$?)\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;

/** In their order, escaped ones left out. */
export const placeholdersIn = (text: string): readonly string[] =>
  [...text.matchAll(PLACEHOLDER)].flatMap(([, escaping, name = '']) => (escaping === '' ? [name] : []));

export const placeholderOffset = (text: string, name: string): number | undefined =>
  [...text.matchAll(PLACEHOLDER)].find(([, escaping, found]) => escaping === '' && found === name)?.index;

/** A placeholder without a parameter stays as it is. */
export const fillText = (text: string, parameters: Parameters): string =>
  text.replace(PLACEHOLDER, (all: string, escaping: string, name: string) => {
    if (escaping !== '') return all.slice(1);
    return (Object.hasOwn(parameters, name) ? parameters[name] : undefined) ?? all;
  });
