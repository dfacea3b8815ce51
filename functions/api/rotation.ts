/**
 * The tokens of a hook over a rotation. The URL in use goes on working for seven days beside the new one, which is a
 * promise: a second rotation within that time would have to break it, so it is refused until somebody says which is in use.
 */
import type { HookDefinition, StoredToken } from '../core/definitions.ts';
import { Problem } from './problem.ts';
import { iso } from './views.ts';

const OVERLAP_MS = 7 * 86_400_000;

/**
 * The new token, and the one in use with its end. Twice with the same token is once: an answer of the store may be lost,
 * and the change asked for again. Throws `rotation-under-way` when two are valid, unless the newest may be dropped.
 */
export const rotateTokens = (hook: HookDefinition, sha256: string, now: number, dropNewest: boolean): HookDefinition => {
  if (hook.tokens.some((token) => token.sha256 === sha256)) return hook;
  const [newest, former] = validTokens(hook, now);
  if (former !== undefined && !dropNewest) throw underWay(hook.name, former);
  const kept = former ?? newest;
  const ending = kept === undefined ? [] : [{ ...kept, expiresAt: Math.min(kept.expiresAt ?? Number.POSITIVE_INFINITY, now + OVERLAP_MS) }];
  return { ...hook, tokens: [{ sha256, createdAt: now }, ...ending], updatedAt: now };
};

/** Only the newest token stays: the rotation is over, and may be said to be so any number of times. */
export const endFormer = (hook: HookDefinition, now: number): HookDefinition => {
  const [newest, former] = validTokens(hook, now);
  return newest === undefined || former === undefined ? hook : { ...hook, tokens: [newest], updatedAt: now };
};

/** Newest first. One that ends is older than one that does not, however quickly they followed each other. */
const validTokens = ({ tokens }: HookDefinition, now: number): readonly StoredToken[] =>
  tokens
    .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
    .sort((a, b) => Number(a.expiresAt !== undefined) - Number(b.expiresAt !== undefined) || b.createdAt - a.createdAt);

const underWay = (name: string, { expiresAt }: StoredToken): Problem =>
  new Problem(
    'rotation-under-way',
    `the hook ${name} has two valid URLs already, and the former one is valid ${expiresAt === undefined ? 'without an end' : `until ${iso(expiresAt)}`}: ` +
      'if the newest was lost or never pasted, keep the former (the newest ends now, and another is made); if the newest is in use, keep that (the former ends now, and a new rotation can follow)',
    { next: [`POST /v1/hooks/${name}/rotate?keep=former`, `POST /v1/hooks/${name}/rotate?keep=newest`] },
  );
