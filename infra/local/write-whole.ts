/** A small file that others read: they find it whole or not at all, whenever this process is killed. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** For this user alone, also where an older file was not. */
export const writeWhole = (file: string, text: string): void => {
  const fresh = `${file}.${process.pid}.new`;
  try {
    rmSync(fresh, { force: true });
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
};
