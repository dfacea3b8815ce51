/** A rule as the API shows it, in one line for people. */
import { fields, textOf, texts } from './fields.ts';

export const ruleText = (value: unknown): string => {
  const { mode, expression, tags, range, prereleases, except } = fields(value);
  const main =
    mode === 'expression'
      ? `expression ${textOf(expression)}`
      : mode === 'tags'
        ? `tags ${texts(tags).join(', ')}`
        : mode === 'semver'
          ? `semver ${textOf(range)}${prereleases === true ? ' and pre-releases' : ''}`
          : textOf(mode);
  return except === undefined ? main : `${main}, except ${textOf(except)}`;
};
