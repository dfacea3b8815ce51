/** A secret that a configuration names, read into what it is used as; one that cannot be read, or not used, becomes an outcome. */
import type { Outcome } from '../core/outcome.ts';
import type { Parsed } from '../core/parsed.ts';
import type { TargetIo } from './target.ts';

type SecretValue<T> = { readonly is: 'read'; readonly value: T } | Extract<Outcome, { is: 'refused' | 'unavailable' }>;

/** `name` says in a sentence what the secret is for; `read` never repeats it where it says what is wrong. */
export const secretValue = async <T>(reference: string, name: string, io: TargetIo, read: (text: string) => Parsed<T>): Promise<SecretValue<T>> => {
  try {
    const found = await io.secret(reference);
    if (!found.ok) return unreadable(found.why);
    const value = read(found.value);
    return value.ok ? { is: 'read', value: value.value } : unreadable(`the ${name} ${reference} ${value.why}`);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { is: 'unavailable', why: { code: 'unavailable', detail }, answered: true };
  }
};

const unreadable = (detail: string): Extract<Outcome, { is: 'refused' }> => ({ is: 'refused', why: { code: 'secret-unreadable', detail } });
