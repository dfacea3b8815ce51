/** The data directory itself: made if it is not there, private, and refused with its cure if it can never be one. */
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEFAULT_OPTIONS } from './options.ts';
import { writeWhole } from './write-whole.ts';

/** Tables and logs hold what definitions and answers hold: for this user alone. */
const PRIVATE = 0o700;
/** What lies in a data directory. One with anything else in it is not the engine's own, a home for example, and keeps its mode. */
const OWN = /^(engine\.lock|engine\.pid|credentials\.json|endpoint\.json|queues\.ndjson|tables|logs|secrets)(\.|$)/;

/** `given` is the path as it came on the command line. */
export const makeDirectory = (directory: string, given: string): void => {
  const refused = (why: string): Error =>
    new Error(`--data ${given}: ${why}; give a directory that this user may write, for example --data ${DEFAULT_OPTIONS.data}`);
  const attempt = <T>(what: string, act: () => T): T => {
    try {
      return act();
    } catch (error) {
      const code = codeOf(error);
      // Then the directory is the right one, and the cure is another.
      throw code === 'ENOSPC' || code === 'EDQUOT' ? error : refused(`${what} (${code})`);
    }
  };
  // Not with `recursive`: below /proc that tries for ever.
  const { base, missing } = attempt('cannot be read', () => split(directory));
  if (!statSync(base).isDirectory()) throw refused(`${base} is a file, not a directory`);
  for (const path of missing) attempt(`${path} cannot be made`, () => makeUnlessThere(path));
  const probe = join(directory, `engine.pid.${process.pid}`);
  attempt('cannot be written', () => {
    writeWhole(probe, '');
    rmSync(probe);
  });
  attempt('cannot be made private', () => makePrivate(directory));
};

/** The nearest thing above that is there, and what is missing below it, from the top. */
const split = (directory: string): { readonly base: string; readonly missing: readonly string[] } => {
  const missing: string[] = [];
  for (let base = directory; ; base = dirname(base)) {
    if (statSync(base, { throwIfNoEntry: false }) !== undefined) return { base, missing };
    missing.unshift(base);
  }
};

const makeUnlessThere = (path: string): void => {
  try {
    mkdirSync(path, PRIVATE);
  } catch (error) {
    // Another engine that starts at the same moment may have been first.
    if (!(codeOf(error) === 'EEXIST' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)) throw error;
  }
};

const makePrivate = (directory: string): void => {
  if (!readdirSync(directory).every((name) => OWN.test(name))) return;
  try {
    chmodSync(directory, PRIVATE);
  } catch (error) {
    // Another user's directory, or a file system without modes: what is made in it is private by itself.
    if (codeOf(error) !== 'EPERM') throw error;
  }
};

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error));
