/** A value as JSON that is the same for equal values, whatever the order of their fields; empty for undefined. */
import { isFields } from './fields.ts';

export const sortedJson = (value: unknown): string => JSON.stringify(value, sorted) ?? '';

const sorted = (_: string, value: unknown): unknown =>
  isFields(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
