/** Whether one version is lower than another: by the rules of semver, with an optional leading `v`. Loaded only for applications that never go down. */
import compare from 'semver/functions/compare.js';
import type { Facts } from './application.ts';
import { readVersion } from './version.ts';

export const lower: NonNullable<Facts['lower']> = (tag, than) => {
  const version = readVersion(tag);
  if (version === undefined) return 'unversioned';
  const floor = than === undefined ? undefined : readVersion(than);
  return floor !== undefined && compare(version, floor) < 0 ? 'lower' : 'no';
};
