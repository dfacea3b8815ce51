/** Version ranges over tags, by npm's rules. The only importer of `semver` (20 kB bundled), so that it is loaded only when a rule needs it. */
import Range from 'semver/classes/range.js';
import SemVer from 'semver/classes/semver.js';
import { parsed, refused } from './parsed.ts';
import type { VersionEngine } from './rule.ts';
import { shown } from './shown.ts';

const MAX_LENGTH = 256;

/**
 * `pre-release` is a version that only its being one keeps out of the range. As with npm, a range that names a
 * pre-release (`>=2.0.0-rc.1`) takes those of the same version without `prereleases`.
 */
export const makeVersionEngine = (): VersionEngine => ({
  compile: (text, prereleases) => {
    if (text.trim() === '' || text.length > MAX_LENGTH)
      return refused(
        `the version range ${shown(text)} has ${text.trim() === '' ? 'no' : text.length} characters: write 1 to ${MAX_LENGTH}, as in ^1.4 or >=2 <3`,
      );
    const range = readRange(text, prereleases);
    const wide = readRange(text, true);
    if (range === undefined || wide === undefined)
      return refused(`${shown(text)} is not a version range: write one as npm has them, as in ^1.4, 1.x, >=2 <3 or 1.2 - 1.5`);
    return parsed((tag) => {
      const version = readVersion(tag);
      if (version === undefined) return 'not-a-version';
      if (range.test(version)) return 'inside';
      return wide.test(version) ? 'pre-release' : 'outside';
    });
  },
});

const readRange = (text: string, includePrerelease: boolean): Range | undefined => attempt(() => new Range(text, { includePrerelease }));

/** Three numbers at least: a tag such as `1.4` or `20240131` names no version. */
export const readVersion = (tag: string): SemVer | undefined => (/^v?\d/.test(tag) ? attempt(() => new SemVer(tag)) : undefined);

const attempt = <T>(make: () => T): T | undefined => {
  try {
    return make();
  } catch {
    return undefined;
  }
};
