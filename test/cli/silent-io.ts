/** The world around a command that neither reads nor shows anything: for what is asked of commands without running them. */
import type { Io } from '../../infra/cli/io.ts';

export const SILENT_IO: Io = {
  out: () => undefined,
  err: () => undefined,
  readFile: async (path) => Promise.reject(new Error(`no file ${path}`)),
  readStdin: () => Promise.reject(new Error('nothing is read')),
  filesBelow: async () => undefined,
  openBrowser: async () => false,
  pause: async () => undefined,
  env: {},
  columns: undefined,
  colour: false,
  prompt: undefined,
};
