/** Two values as what differs between them, field by field: objects are looked into, lists are one value. */
import { type Fields, isFields } from '../../../functions/core/fields.ts';
import { sortedJson } from '../../../functions/core/sorted-json.ts';

export interface Difference {
  /** `policy.quietSeconds`. */
  readonly field: string;
  /** Undefined where there is nothing. */
  readonly from: unknown;
  readonly to: unknown;
}

export const differences = (from: unknown, to: unknown, field = ''): readonly Difference[] => {
  if (isFields(from) && isFields(to)) {
    const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return names.flatMap((name) => differences(own(from, name), own(to, name), field === '' ? name : `${field}.${name}`));
  }
  return sortedJson(from) === sortedJson(to) ? [] : [{ field, from, to }];
};

const own = (value: Fields, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined);
