/**
 * Texts in which what shall change is marked: `‹:blue›` becomes the wanted tag and digest, `‹old⇒new›` becomes what it says.
 * Everything outside of the marks must stay byte for byte.
 */
import type { Parsed } from '../../functions/core/parsed.ts';

export const DIGEST = `sha256:${'9'.repeat(64)}`;
export const OLD_DIGEST = `sha256:${'0'.repeat(64)}`;
export const WANTED = `:green@${DIGEST}`;

const MARK = /‹([^›⇒]*)(?:⇒([^›]*))?›/g;

export const original = (marked: string): string => marked.replace(MARK, (_, old: string) => old);
export const edited = (marked: string): string => marked.replace(MARK, (_, _old: string, wanted: string | undefined) => wanted ?? WANTED);

export const accepted = <T>(answer: Parsed<T>): T => {
  if (!answer.ok) throw new Error(answer.why);
  return answer.value;
};

export const refusal = (answer: Parsed<unknown>): string => {
  if (answer.ok) throw new Error(`not refused: ${JSON.stringify(answer.value)}`);
  return answer.why;
};
