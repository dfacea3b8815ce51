/** Why no answer came, in a sentence: Node's codes put into words, its own text kept behind them. */

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not exist',
  EAI_AGAIN: 'the name could not be resolved just now',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed while sending',
  EHOSTUNREACH: 'no route leads there',
  ENETUNREACH: 'no route leads there',
  ETIMEDOUT: 'the connection was not answered in time',
  HPE_HEADER_OVERFLOW: 'the headers of the answer are too large',
};

/** `asked` is the caller's own signal: it tells an end of the whole attempt from the time of this request. */
export const describeFailure = (error: unknown, host: string, timeoutMs: number, asked: AbortSignal): string => {
  if (asked.aborted) return `${host} did not answer before the attempt had to end`;
  if (nameOf(error) === 'TimeoutError') return `${host} did not answer within ${timeoutMs / 1000} s`;
  const [first = error] = error instanceof AggregateError ? error.errors : [error];
  const code = codeOf(first);
  const text = first instanceof Error ? first.message : String(first);
  if (code === undefined) return `${host}: ${text}`;
  if (code.startsWith('HPE_') && WORDS[code] === undefined) return `${host}: the answer is not HTTP (${text})`;
  return `${host}: ${WORDS[code] ?? text} (${code})`;
};

const nameOf = (error: unknown): string | undefined => (error instanceof Error ? error.name : undefined);
const codeOf = (error: unknown): string | undefined => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined);
