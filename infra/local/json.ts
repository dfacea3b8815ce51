/** Readers for data of unknown shape (templates, manifests, requests): the value, or an error that says where it stands, what it is and what was wanted. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

const wrong = (where: string, wanted: string, value: unknown): Error => new Error(`${where}: expected ${wanted}, got ${shown(value)}`);

export const fields = (value: unknown, where: string): Fields => {
  if (!isFields(value)) throw wrong(where, 'an object', value);
  return value;
};

export const list = (value: unknown, where: string): readonly unknown[] => {
  if (!Array.isArray(value)) throw wrong(where, 'a list', value);
  return value;
};

export const text = (value: unknown, where: string): string => {
  if (typeof value !== 'string') throw wrong(where, 'a text', value);
  return value;
};

/** CloudFormation accepts numbers written as text. */
export const number = (value: unknown, where: string): number => {
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof read !== 'number' || !Number.isFinite(read)) throw wrong(where, 'a number', value);
  return read;
};

export const optionalText = (value: unknown, where: string): string | undefined => (value === undefined ? undefined : text(value, where));
export const optionalNumber = (value: unknown, where: string): number | undefined => (value === undefined ? undefined : number(value, where));
export const optionalList = (value: unknown, where: string): readonly unknown[] => (value === undefined ? [] : list(value, where));
export const optionalFields = (value: unknown, where: string): Fields => (value === undefined ? {} : fields(value, where));

export const parseJson = (source: string, where: string): unknown => {
  try {
    return JSON.parse(source);
  } catch (cause) {
    throw new Error(`${where}: not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
};
