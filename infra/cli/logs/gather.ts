/**
 * Lines that belong together, although not all of them name the same: the first that are found lead to the others. Of a
 * delivery with several pushes, only the line `trigger.decided` names both.
 */
import { splitCallId } from '../../../functions/core/call.ts';
import { textOf } from '../../../functions/core/fields.ts';
import { type Clause, deliveredBy, type LogFilter, ofApplication, ofCall, ofDelivery } from './filter.ts';
import { inOrder, isReading, type LogLine, type Stage } from './line.ts';
import type { LogSource } from './source.ts';

export interface Wanted {
  readonly stages: readonly Stage[];
  readonly since: number;
  readonly filter: LogFilter;
  /** Also that somebody read the API. */
  readonly readings: boolean;
  /** What the lines found lead to. */
  readonly further?: (found: readonly LogLine[]) => LogFilter;
}

/** A pattern holds at most 1,024 characters, a clause of an id about 50. */
const CLAUSES_AT_ONCE = 15;
/** Of an application: of how many of its calls the pushes are asked for as well. */
const MOST_CALLS = 60;

/** Without one of these, every line. */
export const wantedBy = ({ call, delivery, application }: { readonly call?: string; readonly delivery?: string; readonly application?: string }) => {
  if (call !== undefined) return { filter: ofCall(call, splitCallId(call)?.ulid ?? call), further: deliveriesOf };
  if (delivery !== undefined) return { filter: ofDelivery(delivery), further: callsOfPushes };
  if (application !== undefined) return { filter: ofApplication(application), further: pushesOf };
  return { filter: [] };
};

export const gather = async (source: LogSource, { stages, since, filter, further, readings }: Wanted): Promise<readonly LogLine[]> => {
  const first = await source.read({ stages, since, filter });
  const more = further?.(first) ?? [];
  const rest: LogLine[] = [];
  for (let i = 0; i < more.length; i += CLAUSES_AT_ONCE) rest.push(...(await source.read({ stages, since, filter: more.slice(i, i + CLAUSES_AT_ONCE) })));
  return inOrder([...new Map([...first, ...rest].map((line) => [line.id, line])).values()]).filter((line) => readings || !isReading(line));
};

const distinct = (name: string, lines: readonly LogLine[]): readonly string[] => [
  ...new Set(lines.flatMap(({ fields }) => (fields[name] === undefined ? [] : [textOf(fields[name])]))),
];

const deliveriesOf = (found: readonly LogLine[]): LogFilter => distinct('delivery', found).flatMap(deliveredBy);
/** A line that names its delivery is of another push than the first: it fired one call, which is named, or is named itself. */
const callsOfPushes = (found: readonly LogLine[]): LogFilter => {
  const later = found.filter(({ fields }) => fields.delivery !== undefined);
  const pushes = [...distinct('push', later), ...distinct('call', later).flatMap((call) => splitCallId(call)?.ulid ?? [])];
  return pushes.map((push): Clause => ({ call: `${push}.*` }));
};
const pushesOf = (found: readonly LogLine[]): LogFilter =>
  distinct('call', found)
    .slice(-MOST_CALLS)
    .flatMap((call): readonly Clause[] => {
      const ulid = splitCallId(call)?.ulid;
      return ulid === undefined ? [] : [{ call }, { push: ulid }, ...deliveredBy(ulid)];
    });
