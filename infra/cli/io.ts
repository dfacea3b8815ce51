/** What the command line has of the world around it: given by `main.ts`, or by a test. */
export interface Io {
  /** Data. */
  out(text: string): void;
  /** Everything that is said about it: hints, problems. */
  err(text: string): void;
  readFile(path: string): Promise<string>;
  readStdin(): Promise<string>;
  /** The paths of all files in a folder and below it; undefined when it is no folder. */
  filesBelow(path: string): Promise<readonly string[] | undefined>;
  /** Whether a browser could be started for it. */
  openBrowser(url: string): Promise<boolean>;
  /** Lets time pass; no more of it once the signal is given. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
  /** From now on Ctrl-C does not end the process, but gives this signal. Absent where there is nobody to press it. */
  interruption?(): AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Columns of the terminal that data is shown on; undefined when it goes to a file or another program. */
  readonly columns: number | undefined;
  /** Whether what data is shown on has colours, and whoever looks at it wants them (`NO_COLOR`). */
  readonly colour: boolean;
  /** Asks whoever sits at the terminal, and gives one line back; undefined where nobody does. */
  readonly prompt: ((question: string) => Promise<string>) | undefined;
}

/** Something that ends the command: 1 when it could not be done, 2 when it was asked for wrongly. Without a message everything has been said. */
export class CliError extends Error {
  readonly exitCode: 0 | 1 | 2;

  constructor(message: string, exitCode: 0 | 1 | 2 = 1) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** Throws where it is no UTF-8: what replaces such bytes would be stored instead of them. A byte order mark stays. */
export const utf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error('it is not text in UTF-8: save it as UTF-8');
  }
};

/** Ends the command here: what it was asked for has been shown. */
export const ended = (exitCode: 0 | 1 = 0): CliError => new CliError('', exitCode);

export const misused = (message: string): CliError => new CliError(message, 2);

/** The text of a file, or of standard input for `-`: the ways in for secrets, which would stay in the history of a shell. */
export const readInput = async (path: string, io: Io): Promise<string> => {
  try {
    return path === '-' ? await io.readStdin() : await io.readFile(path);
  } catch (error) {
    throw misused(`${path === '-' ? 'standard input' : path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

export const readSecret = async (path: string, io: Io): Promise<string> => {
  const text = (await readInput(path, io)).replace(/\r?\n$/, '');
  if (text === '') throw misused(`${path === '-' ? 'standard input' : path} is empty: it has to hold the secret`);
  return text;
};

export const readJson = async (path: string, io: Io): Promise<unknown> => {
  const text = await readInput(path, io);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw misused(`${path === '-' ? 'standard input' : path} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
};
