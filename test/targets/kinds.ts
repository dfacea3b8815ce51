/** Every kind of target, loaded: for tests that are about a kind and not about how it is found. */
import type { TargetDefinition } from '../../functions/core/definitions.ts';
import { type Parsed, refused } from '../../functions/core/parsed.ts';
import { type BoundTarget, isTargetKind, loadKind, TARGET_KINDS, unknownKind } from '../../functions/targets/index.ts';
import type { FieldProblem, Kind } from '../../functions/targets/kind.ts';

export type { BoundTarget } from '../../functions/targets/index.ts';

const loaded = new Map<unknown, Kind>(await Promise.all(TARGET_KINDS.map(async (name) => [name, await loadKind(name)] as const)));

export const targetOf = (definition: TargetDefinition): Parsed<BoundTarget> =>
  loaded.get(definition.kind)?.bind(definition) ?? refused(`kind: ${unknownKind(definition.kind)}`);

/** Of a definition with a kind that there is. */
export const targetProblems = (definition: TargetDefinition): readonly FieldProblem[] => {
  if (!isTargetKind(definition.kind)) throw new Error(unknownKind(definition.kind));
  return loaded.get(definition.kind)?.problems(definition) ?? [];
};
