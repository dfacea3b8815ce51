/** With each tick: fetches the keys of identity providers that ingest asked for. Those it cannot get are asked for again by the next tick. */
import { fields } from '../core/fields.ts';
import { jsonIn } from '../core/json-in.ts';
import { type Parsed, parsed, refused } from '../core/parsed.ts';

export interface KeyPorts {
  /** Where the keys that are asked for are published. */
  due(now: number): Promise<readonly string[]>;
  fetch(url: string): Promise<Parsed<string>>;
  put(url: string, text: string, now: number): Promise<void>;
}

interface Surroundings {
  readonly keys: KeyPorts;
  now(): number;
  log(event: string, fields: Readonly<Record<string, string | number | boolean | undefined>>): void;
}

export const refreshKeys = async ({ keys: ports, now, log }: Surroundings): Promise<void> => {
  for (const url of await ports.due(now())) {
    const fetched = await ports.fetch(url);
    const keys = fetched.ok ? readKeys(fetched.value) : fetched;
    if (keys.ok) await ports.put(url, keys.value, now());
    log('keys.fetched', { url, ok: keys.ok, ...(keys.ok ? {} : { why: keys.why }) });
  }
};

const NONE = 'the answer holds no JSON Web Key Set ({"keys":[…]})';

/** The set as text. Only what a set has to be: who checks a signature reads the keys. */
const readKeys = (text: string): Parsed<string> => {
  const { keys } = fields(jsonIn(text));
  return Array.isArray(keys) && keys.length > 0 ? parsed(JSON.stringify({ keys })) : refused(NONE);
};
