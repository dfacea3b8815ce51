/**
 * What the target is to be told: the image, a restart, or the template in which the image now stands.
 *
 * For an application with a template each image makes a new version of it. The version is written before the target hears
 * of it, and carries the number of its deployment, so that whoever goes on after a crash finds it instead of making another.
 */
import { type Desired, WHOLE_TEMPLATE } from '../core/application.ts';
import type { TemplateVersion } from '../core/definitions.ts';
import { deployedVersion } from '../core/history.ts';
import type { Why } from '../core/outcome.ts';
import type { BoundTarget, WantedImage, Wish } from '../targets/target.ts';
import type { Session } from './ports.ts';

interface Refused {
  readonly is: 'refused';
  readonly why: Why;
}
type Filled<D> = { readonly is: 'ready'; readonly wish: Wish; readonly desired: D } | Refused;
type Prepared = Filled<Desired>;

export const wantedImages = ({ repository, tag, digest, hosts, since }: Desired): readonly WantedImage[] => [
  { image: { repository, ...(tag === '' ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }, hosts, since },
];

export const prepareWish = async (desired: Desired, target: BoundTarget, session: Session): Promise<Prepared> => {
  const { definition, application, state, ports } = session;
  const whole = target.sight === 'readable' && target.takesTemplates;
  if (whole && definition.templated !== true)
    return refused(`the target takes a template and the application has none: put one, as with "image-triggers application template put ${application} FILE"`);
  if (definition.templated !== true) return ready(desired.restart === true ? { restart: true, since: desired.since } : { set: wantedImages(desired) }, desired);
  if (desired.restart === true) {
    if (!whole) return ready({ restart: true, since: desired.since }, desired);
    // While a person holds the application, what is deployed again is what they hold it at.
    const version = desired.version ?? (state.hold === undefined ? undefined : deployedVersion(state)) ?? (await ports.templates.head(application))?.version;
    return version === undefined ? gone(application) : filled({ ...desired, version }, version, session);
  }
  if (desired.repository === WHOLE_TEMPLATE) {
    // Decided once: what the first attempt applied is what every other one of the same deployment applies.
    const decided = state.runs[WHOLE_TEMPLATE]?.attempt?.rev === desired.rev;
    const again: Made = decided ? { is: 'version', version: desired.version ?? 0 } : await versionAgain(desired, desired.version ?? 0, session);
    return again.is === 'refused' ? again : filled({ ...desired, version: again.version }, again.version, session);
  }
  const made = desired.version === undefined ? await versionFor(desired, session) : { is: 'version' as const, version: desired.version };
  if (made.is === 'refused') return made;
  const next = { ...desired, version: made.version };
  return whole ? filled(next, made.version, session) : ready({ set: wantedImages(desired) }, next);
};

const ready = (wish: Wish, desired: Desired): Prepared => ({ is: 'ready', wish, desired });
const refused = (detail: string, code: Why['code'] = 'target-misconfigured'): Refused => ({ is: 'refused', why: { code, detail } });
const gone = (application: string): Refused =>
  refused(`the template of ${application} has no such version: put one, as with "image-triggers application template put ${application} FILE"`);

/** A version as the target is told it; nothing is written. */
export const filled = async <D extends Pick<Desired, 'since' | 'restart'>>(
  desired: D,
  version: number,
  { application, definition, ports }: Session,
): Promise<Filled<D>> => {
  const found = await ports.templates.get(application, version);
  if (found === undefined) return gone(application);
  // Only here, because the parser of YAML is large and few applications have a template.
  const { fillTemplateText } = await import('../core/template-fill.ts');
  const documents = fillTemplateText(found.text, definition.parameters ?? {});
  if (!documents.ok) return refused(`version ${version} of the template cannot be applied: ${documents.why}`);
  const restart = desired.restart === true ? { restart: true } : {};
  return { is: 'ready', wish: { template: documents.value, version, since: desired.since, ...restart }, desired };
};

/** Somebody may put a version at the same time: then the image is set in that one. */
const TRIES = 5;
/** An item is at most 400 kB, and half of that is the text; the diff has them all. */
const MOST_CHANGES_TOLD = 50;

type Made = { readonly is: 'version'; readonly version: number } | Refused;

/** The newest version with the image set in it. */
const versionFor = async (desired: Desired, session: Session): Promise<Made> => {
  const { setTemplateImages } = await import('../core/template-images.ts');
  return nextVersion(desired, session, (head) => {
    const edited = setTemplateImages(head.text, wantedImages(desired), session.definition.parameters ?? {});
    if (edited.ok) return { text: edited.value.text, changed: edited.value.changed.slice(0, MOST_CHANGES_TOLD) };
    return refused(`in version ${head.version} of the template ${edited.why}`, edited.absent === true ? 'no-container' : 'target-misconfigured');
  });
};

/** A version that is wanted again becomes the newest: else the next push would set its image in what was just taken back. */
const versionAgain = async (desired: Desired, version: number, session: Session): Promise<Made> => {
  const found = await session.ports.templates.get(session.application, version);
  if (found === undefined) return gone(session.application);
  return nextVersion(desired, session, () => ({ text: found.text, why: `version ${version} again` }));
};

const isOf = ({ rev, callId }: TemplateVersion, desired: Desired): boolean => rev === desired.rev && callId === desired.callId;

const nextVersion = async (
  desired: Desired,
  { application, ports }: Session,
  make: (head: TemplateVersion) => Pick<TemplateVersion, 'text' | 'changed' | 'why'> | Refused,
): Promise<Made> => {
  for (let i = 0; i < TRIES; i += 1) {
    const head = await ports.templates.head(application);
    if (head === undefined) return gone(application);
    if (isOf(head, desired)) return { is: 'version', version: head.version };
    const made = make(head);
    if ('is' in made) return made;
    if (made.text === head.text) return { is: 'version', version: head.version };
    const next: TemplateVersion = { version: head.version + 1, ...made, at: ports.now(), from: head.version, callId: desired.callId, rev: desired.rev };
    if ((await ports.templates.put(application, next)) === 'put') return { is: 'version', version: next.version };
  }
  throw new Error(`the template of ${application} is being changed by others again and again`);
};
