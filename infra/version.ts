/** The version of this checkout: that of the command line, and of the stack that is made with it. */
import { readFileSync } from 'node:fs';

export const version = (): string => {
  const read: { readonly version?: unknown } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(read.version);
};
