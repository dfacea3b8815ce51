/** One wide JSON line per step, with a fixed event name; never a token, signature, secret or body. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
export type Log = (event: string, fields: LogFields) => void;

const MAX_TEXT = 200;

export const makeLog =
  (write: (line: string) => void): Log =>
  (event, fields) =>
    write(
      JSON.stringify({
        event,
        ...Object.fromEntries(
          Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' && value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value]),
        ),
      }),
    );

/** Lambda takes each stdout line as one log record. */
export const stdoutLog: Log = makeLog((line) => void process.stdout.write(`${line}\n`));

/** What may be said of something thrown: its name and message, never its properties. */
export const describeError = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
