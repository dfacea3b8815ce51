/**
 * The version of an image, and the alias that leads to it. Each step looks first and acts on the revision that it saw, so
 * that it may be taken again after a crash at any place: of code that did not change Lambda publishes no second version,
 * and an alias that is there already is left alone.
 */
import type { Rollout } from '../core/outcome.ts';
import type { LambdaAlias, LambdaApi } from './lambda-api.ts';
import type { LambdaConfig } from './lambda-config.ts';
import type { LambdaState } from './lambda-function.ts';

const SOON_MS = 2_000;

export const isPublished = ({ publish, alias }: LambdaConfig): boolean => publish === true || alias !== undefined;

/** Whether all that the configuration asks for beyond `$LATEST` leads to what `$LATEST` runs. */
export const isServed = async (api: LambdaApi, config: LambdaConfig, latest: LambdaState): Promise<boolean> => {
  if (config.alias !== undefined) return leadsTo(api, await api.alias(config.alias), latest);
  return config.publish !== true || isSameCode(await api.lastVersion(), latest);
};

/** One step further: publishes, then moves the alias. */
export const serve = async (api: LambdaApi, config: LambdaConfig, latest: LambdaState): Promise<Rollout> => {
  const alias = config.alias === undefined ? undefined : await api.alias(config.alias);
  if (alias !== undefined && (await leadsTo(api, alias, latest))) return { is: 'healthy' };
  const version = await api.publish(latest);
  if (version === 'moved') return soon('the function changed before it could be published');
  // An alias may lead to it all the same, and every call would fail until it is ready.
  if (version.state === 'Pending') return soon(`version ${version.version} is pending: ${version.stateReason}`);
  if (version.state === 'Failed')
    return { is: 'failed', why: { code: 'rollout-failed', detail: `version ${version.version}: ${version.stateReason}` }, evidence: shownAlias(alias) };
  if (alias === undefined) return { is: 'healthy' };
  return (await api.move(alias, version.version)) === 'moved' ? soon(`the alias ${alias.name} changed before it could be moved`) : { is: 'healthy' };
};

const soon = (detail: string): Rollout => ({ is: 'progressing', lookAgainIn: SOON_MS, detail });

/** An alias of `$LATEST` runs the image too, and would run the next one before it is ready: it is moved to a version once. */
const leadsTo = async (api: LambdaApi, { version, weights }: LambdaAlias, latest: LambdaState): Promise<boolean> =>
  version !== '$LATEST' && Object.keys(weights).length === 0 && isSameCode(await api.function(version), latest);

const isSameCode = (version: LambdaState | undefined, latest: LambdaState): boolean => version !== undefined && version.codeSha256 === latest.codeSha256;

const shownAlias = (alias: LambdaAlias | undefined): string => (alias === undefined ? '' : `the alias ${alias.name} stays at version ${alias.version}`);
