/**
 * What an unquoted text of a manifest means: as kubectl and the API server read it, so that a template does here what it does there.
 *
 * They read by sigs.k8s.io/yaml (goyaml.v2, resolve.go), which is neither YAML 1.2 nor 1.1: `defaultMode: 0644` is 420
 * (1.2 says 644), `yes` and `on` are booleans (1.2: texts), `22:22` and `2024-01-01` are texts (1.1: 1342 and a date).
 */
import { type Parsed, parsed, refused } from './parsed.ts';
import { shown } from './shown.ts';

export type ScalarValue = string | number | boolean | null;

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);
const NO_JSON = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const NUMBER_START = /^[-+.0-9]/;
const INTEGER = /^([-+]?)(?:(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+)|0([0-7]+)|(0|[1-9][0-9]*))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

export const plainValue = (text: string): Parsed<ScalarValue> => {
  const word = WORDS.get(text);
  if (word !== undefined) return parsed(word);
  if (NO_JSON.test(text)) return refused(`${shown(text)} is a number that JSON does not have: put it in quotes if it is meant as a text`);
  if (!NUMBER_START.test(text)) return parsed(text);
  const digits = text.startsWith('.') ? text : text.replaceAll('_', '');
  const integer = INTEGER.exec(digits);
  if (integer !== null) return integerValue(text, integer);
  const value = FLOAT.test(digits) ? Number(digits) : Number.NaN;
  // Beyond the largest number there it is a text.
  return parsed(Number.isFinite(value) ? value : text);
};

const integerValue = (text: string, [, sign, prefixed, octal, decimal]: RegExpExecArray): Parsed<number> => {
  const size = Number(prefixed ?? (octal === undefined ? decimal : `0o${octal}`));
  if (!Number.isSafeInteger(size)) return refused(`the number ${shown(text)} is beyond 2^53 and would lose digits: put it in quotes`);
  return parsed(sign === '-' && size !== 0 ? -size : size);
};
