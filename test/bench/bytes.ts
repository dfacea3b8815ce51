/** Row `bytes`: what Lambda has to load before a function can answer. */
import { bundle, directoryOf } from '../../infra/stack/bundle.ts';
import { FUNCTIONS } from '../../infra/stack/functions.ts';
import { sizeOf } from '../../infra/stack/size.ts';
import { exactly, ratio } from './figure.ts';
import type { Finding, Row } from './row.ts';
import { bundleTypical, STAGES, type Stage } from './typical-bundles.ts';

const GOALS = { ingest: 168, match: 172, deploy: 262 } as const satisfies Record<Stage, number>;

const one = async (stage: Stage, room: string): Promise<Finding> => {
  const { entry, without } = FUNCTIONS[stage];
  const { entryBytes, lazy } = sizeOf(await bundle(entry, directoryOf(stage), without));
  const { bytes } = await bundleTypical(stage, room);
  const [ours, theirs] = [entryBytes / 1_000, bytes / 1_000];
  return {
    what: `${stage} at start`,
    unit: 'kB',
    ours: exactly(ours),
    theirs: exactly(theirs),
    ratio: ratio([ours], [theirs]),
    goal: { of: 'ours', is: 'at most', value: GOALS[stage] },
    cause: '`npm run size` names what it loads',
    notes: [
      ...(stage === 'match'
        ? [`and ${kilobytes(lazy.find(({ name }) => name.includes('expression'))?.bytes)} for expressions, at the first rule that has one`]
        : []),
      ...(stage === 'deploy' ? ['typical without @kubernetes/client-node, which would add 1,600 kB'] : []),
    ],
  };
};

const kilobytes = (bytes = 0): string => `${Math.round(bytes / 1_000)} kB`;

export const bytes: Row = {
  about: 'bundles as they are deployed, the entry with all that it imports statically',
  against: 'a typical bundle: middy, Powertools, zod, the whole SDK client',
  measure: async ({ room }) => {
    const findings: Finding[] = [];
    for (const stage of STAGES) findings.push(await one(stage, room));
    return { is: 'found', findings };
  },
};
