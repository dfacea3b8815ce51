/**
 * The hook that a new trigger makes for itself, of its own name. The hook comes first, since the trigger names it.
 *
 * A creation that died between the two has left a hook whose URL nobody was told. Doing it again finds that hook: one of
 * the same registry that no trigger hears. It then gets a second token beside its first, so that a hook which somebody
 * made on purpose, and whose URL is in use, goes on working.
 */
import type { HookDefinition } from '../core/definitions.ts';
import { hookNameProblem } from '../schema/hook.ts';
import { essenceOf } from './credential.ts';
import { findTriggers } from './find-triggers.ts';
import { type HookParts, makeHook } from './hook-definition.ts';
import type { Making } from './making.ts';
import type { ApiPorts } from './ports.ts';
import { Problem } from './problem.ts';
import { refuse } from './request.ts';

interface OwnHook {
  readonly hook: HookDefinition;
  readonly token: string;
  /** Takes back what was made here, when the trigger could not be made after all. */
  undo(): Promise<void>;
}

const MOST_TOKENS = 2;

/** The hook as it would be, checked, before anything is written. */
export const draftOwnHook = async (parts: HookParts, making: Making, ports: ApiPorts): Promise<{ readonly hook: HookDefinition; readonly token: string }> => {
  const problem = hookNameProblem(parts.name);
  if (problem !== undefined) throw refuse('name', problem);
  const token = making.makeToken(parts.name);
  return { hook: await makeHook(parts, token, ports.now(), ports), token };
};

export const storeOwnHook = async ({ hook, token }: { readonly hook: HookDefinition; readonly token: string }, ports: ApiPorts): Promise<OwnHook> => {
  const { name } = hook;
  const [own] = hook.tokens;
  const forget = async (): Promise<void> =>
    void (await ports.hooks.change(name, (found) => ({ ...found, tokens: found.tokens.filter(({ sha256 }) => sha256 !== own?.sha256) })));
  const made = (await ports.hooks.create(hook)) === 'created' ? hook : await madeBefore(hook, ports);
  if (made !== undefined)
    return {
      hook: made,
      token,
      // Another creation of the same name may have joined the hook meanwhile: then only the token goes.
      undo: async () => {
        if (!(await ports.hooks.remove(name, true))) await forget();
      },
    };
  const free = (await findTriggers({ hook: name }, 1, ports)).length === 0;
  const changed = await ports.hooks.change(name, async (found) => {
    if (own !== undefined && found.tokens.some(({ sha256 }) => sha256 === own.sha256)) return found;
    if (!free || !(await alike(found, hook, ports)) || found.tokens.length >= MOST_TOKENS || own === undefined)
      throw new Problem('name-taken', `there is a hook named ${name}: let the trigger hear that one (hook ${name}, and no registry), or choose another name`);
    return { ...found, tokens: [...found.tokens, own], updatedAt: hook.updatedAt };
  });
  if (changed === 'absent' || changed === 'moved')
    throw new Problem('changed-meanwhile', `the hook ${name} is being changed by others at this moment: try again`);
  return { hook: changed, token, undo: forget };
};

/** The hook of this name, where it has this very token: it was stored, and who stored it was not told. */
export const madeBefore = async ({ name, tokens: [own] }: HookDefinition, { hooks }: Pick<ApiPorts, 'hooks'>): Promise<HookDefinition | undefined> => {
  const found = await hooks.get(name);
  return found?.tokens.some(({ sha256 }) => sha256 === own?.sha256) === true ? found : undefined;
};

/** Everything but tokens and times. */
const alike = async (a: HookDefinition, b: HookDefinition, ports: ApiPorts): Promise<boolean> => {
  const [one, other] = [await essenceOf(a.credential, a.name, ports), await essenceOf(b.credential, b.name, ports)];
  return one !== undefined && one === other && rest(a) === rest(b);
};
const rest = ({ registry, registryHost, hostAliases, repositories, access, sweepMinutes, enabled }: HookDefinition): string =>
  JSON.stringify([registry, registryHost, hostAliases, repositories, access, sweepMinutes, enabled]);
