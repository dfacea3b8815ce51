/**
 * The tokens and the credential of a hook over a rotation. What is in use goes on working for seven days beside the new
 * one, which is a promise: a second rotation within that time would have to break it, so it is refused until somebody says
 * which is in use.
 */
import { type Credential, type HookDefinition, isUnset } from '../core/definitions.ts';
import { Problem } from './problem.ts';
import { refuse } from './request.ts';
import { iso } from './views.ts';

const OVERLAP_MS = 7 * 86_400_000;

interface Dated {
  readonly createdAt: number;
  readonly expiresAt?: number;
}

/**
 * The new token, and the one in use with its end. Twice with the same token is once: an answer of the store may be lost,
 * and the change asked for again. Throws `rotation-under-way` when two are valid, unless the newest may be dropped.
 */
export const rotateTokens = (hook: HookDefinition, sha256: string, now: number, dropNewest: boolean): HookDefinition =>
  hook.tokens.some((token) => token.sha256 === sha256)
    ? hook
    : {
        ...hook,
        tokens: beside({ sha256, createdAt: now }, hook.tokens, now, dropNewest, (former) => underWay(hook.name, 'URLs', 'rotate', former)),
        updatedAt: now,
      };

/** Only the newest token stays: the rotation is over, and may be said to be so any number of times. */
export const endFormer = (hook: HookDefinition, now: number): HookDefinition => {
  const [newest, former] = validOf(hook.tokens, now);
  return newest === undefined || former === undefined ? hook : { ...hook, tokens: [newest], updatedAt: now };
};

/** The same for what proves each delivery. `fresh` holds one secret, and is of the kind that the hook has. */
export const rotateCredential = (hook: HookDefinition, fresh: Credential, now: number, dropNewest: boolean): HookDefinition => {
  const { credential: has } = hook;
  const refused = (former: Dated): Problem => underWay(hook.name, 'secrets', 'rotate-credential', former);
  if (isUnset(fresh)) throw refuse('credential', 'a rotation needs the new secret: give it');
  const next = ((): Credential => {
    if (has === undefined) throw refuse('credential', `the hook ${hook.name} has no credential that could be rotated: set one by changing the hook`);
    if (has.by === 'hmac' && fresh.by === 'hmac') return { ...has, secrets: besideAll(fresh.secrets, has.secrets, now, dropNewest, refused) };
    if (has.by === 'basic' && fresh.by === 'basic') return { ...has, values: besideAll(fresh.values, has.values, now, dropNewest, refused) };
    if (has.by === 'header' && fresh.by === 'header' && has.name === fresh.name)
      return { ...has, values: besideAll(fresh.values, has.values, now, dropNewest, refused) };
    throw refuse(
      'credential',
      has.by === 'oidc'
        ? 'a signed token has no secret on this side: rotate the account of the sender, or change the hook'
        : `the hook ${hook.name} has ${has.by === 'header' ? `the header ${has.name}` : has.by}, and only what is of the same kind can be valid beside it: change the hook instead`,
    );
  })();
  return { ...hook, credential: next, updatedAt: now };
};

export const endFormerSecret = (hook: HookDefinition, now: number): HookDefinition => {
  const { credential: has } = hook;
  if (has === undefined || has.by === 'oidc') return hook;
  const [newest, former] = validOf<Dated>(has.by === 'hmac' ? has.secrets : has.values, now);
  if (newest === undefined || former === undefined) return hook;
  const credential: Credential =
    has.by === 'hmac' ? { ...has, secrets: has.secrets.filter((each) => each === newest) } : { ...has, values: has.values.filter((each) => each === newest) };
  return { ...hook, credential, updatedAt: now };
};

const besideAll = <T extends Dated>(fresh: readonly T[], all: readonly T[], now: number, dropNewest: boolean, refused: (former: T) => Problem): readonly T[] =>
  fresh.flatMap((one) => beside(one, all, now, dropNewest, refused));

const beside = <T extends Dated>(fresh: T, all: readonly T[], now: number, dropNewest: boolean, refused: (former: T) => Problem): readonly T[] => {
  const [newest, former] = validOf(all, now);
  if (former !== undefined && !dropNewest) throw refused(former);
  const kept = former ?? newest;
  return kept === undefined ? [fresh] : [fresh, { ...kept, expiresAt: Math.min(kept.expiresAt ?? Number.POSITIVE_INFINITY, now + OVERLAP_MS) }];
};

/** Newest first. One that ends is older than one that does not, however quickly they followed each other. */
const validOf = <T extends Dated>(all: readonly T[], now: number): readonly T[] =>
  all
    .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
    .sort((a, b) => Number(a.expiresAt !== undefined) - Number(b.expiresAt !== undefined) || b.createdAt - a.createdAt);

const underWay = (name: string, what: 'URLs' | 'secrets', route: string, { expiresAt }: Dated): Problem =>
  new Problem(
    'rotation-under-way',
    `the hook ${name} has two valid ${what} already, and the former one is valid ${expiresAt === undefined ? 'without an end' : `until ${iso(expiresAt)}`}: ` +
      'if the newest was lost or never pasted, keep the former (the newest ends now, and another is made); if the newest is in use, keep that (the former ends now, and a new rotation can follow)',
    { next: [`POST /v1/hooks/${name}/${route}?keep=former`, `POST /v1/hooks/${name}/${route}?keep=newest`] },
  );
