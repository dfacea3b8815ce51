/**
 * Which image a tag names, as its registry says it: once for a deployment, before its first attempt, and only where the
 * hook of the push gives access. What was found is written with the mark of that attempt, so all attempts are of one image.
 *
 * The registry wins over the push, which may be late or its tag may have moved. It does not where an image was chosen:
 * by a person, by the policy, or by an approval, which is given to a digest.
 */
import type { Desired } from '../core/application.ts';
import type { Ending } from '../core/call.ts';
import type { Commit } from '../core/outcome.ts';
import type { Session } from './ports.ts';

type Resolved =
  /** `commit` is still being asked for: it never rejects. */
  | { readonly is: 'on'; readonly desired: Desired; readonly asked: boolean; readonly commit?: Promise<Commit | undefined> }
  | { readonly is: 'over'; readonly desired: Desired; readonly ending: Ending };

const MOST_WHY = 200;
const UNASKED = 'nobody was asked what the tag names, and it is deployed by the tag alone: give the hook "access"';

export const resolveImage = async ({ access, ...desired }: Desired, session: Session): Promise<Resolved> => {
  if (desired.tag === '' || isChosen(desired, session)) return { is: 'on', desired, asked: false };
  // What an earlier attempt was told, or not told, stands.
  if (access === undefined) return { is: 'on', desired: desired.digest === undefined ? { registry: UNASKED, ...desired } : desired, asked: false };
  const { ports, application, rejects } = session;
  const { callId, repository, tag } = desired;
  const registry = await ports.registry(repository, access);
  const answer = await registry.find(tag);
  const found = answer.is === 'found' ? answer.digest : undefined;
  ports.log('image.resolved', { call: callId, application, registry: answer.is, digest: found, ...('why' in answer ? { why: answer.why } : {}) });
  switch (answer.is) {
    case 'absent':
      return { is: 'over', desired, ending: { status: 'failed', reason: 'image-not-found', detail: answer.why } };
    case 'silent':
      return { is: 'on', desired: { ...desired, registry: unasked(desired, answer.why) }, asked: true };
    case 'found': {
      const next = { ...desired, digest: answer.digest, ...moved(desired, answer.digest) };
      return rejects.has(answer.digest)
        ? { is: 'over', desired: next, ending: { status: 'skipped', reason: 'rejected', detail: `the tag ${tag} names ${answer.digest}` } }
        : { is: 'on', desired: next, asked: true, commit: registry.commit(answer.digest) };
    }
  }
};

const isChosen = ({ callId, digest, manual, automatic }: Desired, { definition, state }: Session): boolean =>
  digest !== undefined && (manual === true || automatic === true || state.open[callId]?.redelivery === true || definition.policy.approval === true);

const unasked = ({ digest }: Desired, why: string): string =>
  `the registry did not say what the tag names: ${why.slice(0, MOST_WHY)}; deployed by ${digest === undefined ? 'the tag alone' : 'the digest of the push'}`;

const moved = ({ digest }: Desired, now: string): Pick<Desired, 'registry'> =>
  digest === undefined || digest === now ? {} : { registry: `the push said ${digest}; by now the tag names another image, which is deployed` };
