/** What an application runs, wants and waits for: read from its state, so that it is true without asking the target. */
import { type ApplicationState, type Desired, isPending, type OpenCall, type Run, type SeenThere, WHOLE, WHOLE_TEMPLATE } from '../core/application.ts';
import type { ApplicationDefinition, Reject } from '../core/definitions.ts';
import { deployedVersion, goodsOf, partsOf } from '../core/history.ts';
import { formatImage } from '../core/image.ts';
import type { ApiPorts } from './ports.ts';
import { applicationView, iso } from './views.ts';
import { type Lang, wordsOf } from './words.ts';

const REJECTS_SHOWN = 200;
const WAITING_SHOWN = 50;

export const statusOf = async (application: ApplicationDefinition, lang: Lang, ports: ApiPorts) => {
  const { name } = application;
  const [state, rejects, head, applied] = await Promise.all([
    ports.states.get(name),
    ports.rejects.list(name, REJECTS_SHOWN),
    application.templated === true ? ports.templates.head(name) : undefined,
    application.templated === true && ports.takesTemplates(application.target),
  ]);
  const known: ApplicationState = state ?? { application: name, rev: 0, fence: 0, open: {}, runs: {} };
  const template = head === undefined ? undefined : { newest: head.version, deployed: deployedVersion(known) };
  // A target that takes images alone knows nothing of the newest version.
  const sync = syncOf(known, applied ? template : undefined);
  return { ...applicationView(application), status: { sync, ...view(known, template, lang), rejected: rejects.map(rejectView) } };
};

type Template = { readonly newest: number; readonly deployed: number | undefined } | undefined;

const view = (state: ApplicationState, template: Template, lang: Lang) => {
  const runs = Object.entries(state.runs);
  return {
    health: healthOf(state),
    running: runs.filter(runsStill(state.runs)).flatMap(runningView),
    wanted: runs.flatMap(([, run]) => wantedView(run)),
    hold: holdView(state),
    waiting: Object.values(state.open)
      .filter(({ callId }) => !runs.some(([, { desired }]) => desired?.callId === callId))
      .sort((a, b) => (a.order < b.order ? 1 : -1))
      .slice(0, WAITING_SHOWN)
      .map((call) => waitingView(call, lang)),
    template,
    seen: state.seen === undefined ? undefined : seenView(state.seen, lang),
    looksAgainAt: state.dueAt === undefined ? undefined : iso(state.dueAt),
  };
};

/** Where something keeps images from being deployed there, with the reason in words. */
const seenView = ({ at, code, ...seen }: SeenThere, lang: Lang) => ({ ...seen, at: iso(at), ...(code === undefined ? {} : wordsOf(code, lang)) });

/** In the words of the origin: whether what is wanted is what was deployed last. Unknown where the target cannot be asked. */
const syncOf = ({ runs, seen }: ApplicationState, template: Template): 'synced' | 'out-of-sync' | 'unknown' => {
  const all = partsOf(runs);
  if (template !== undefined && template.deployed !== template.newest) return 'out-of-sync';
  if (all.some((run) => isPending(run) || run.done?.status === 'failed')) return 'out-of-sync';
  if (seen?.synced !== undefined && isNews(seen, all)) return seen.synced ? 'synced' : 'out-of-sync';
  const goods = all.flatMap((run) => goodsOf(run).slice(0, 1));
  return goods.length === 0 || goods.some(({ blind }) => blind === true) ? 'unknown' : 'synced';
};

/** A look from before the last deployment ended says nothing of what it left. */
const isNews = ({ at }: SeenThere, all: readonly Run[]): boolean => at > Math.max(0, ...all.map(({ done }) => done?.at ?? 0));

export const healthOf = ({ runs, seen }: ApplicationState): 'healthy' | 'progressing' | 'degraded' | 'unknown' => {
  const all = partsOf(runs);
  if (all.some(isPending)) return 'progressing';
  if (all.some(({ done }) => done?.status === 'failed')) return 'degraded';
  if (seen?.settled === false && isNews(seen, all)) return 'progressing';
  const goods = all.flatMap((run) => goodsOf(run).slice(0, 1));
  return goods.length === 0 || goods.some(({ blind }) => blind === true) ? 'unknown' : 'healthy';
};

type Which = Pick<Desired, 'tag' | 'digest'>;

export const imageText = (repository: string, { tag, digest }: Which): string | undefined =>
  repository === WHOLE || repository === WHOLE_TEMPLATE
    ? undefined
    : formatImage({ repository, ...(tag === '' ? {} : { tag }), ...(digest === undefined ? {} : { digest }) });

/** A version that was brought back as a whole has images of its own time, of each repository until another one is deployed. */
const runsStill = (runs: ApplicationState['runs']) => {
  const since = (run: Run | undefined): number | undefined => goodsOf(run ?? {})[0]?.at;
  const whole = since(runs[WHOLE_TEMPLATE]);
  const images = Object.entries(runs).flatMap(([key, run]) => (key === WHOLE || key === WHOLE_TEMPLATE ? [] : (since(run) ?? [])));
  return ([key, run]: readonly [string, Run]): boolean => {
    if (whole === undefined || key === WHOLE) return true;
    return key === WHOLE_TEMPLATE ? images.length === 0 || images.some((at) => at < whole) : (since(run) ?? whole) >= whole;
  };
};

const runningView = ([repository, run]: readonly [string, Run]) => {
  const [good] = goodsOf(run);
  if (good === undefined || repository === WHOLE) return [];
  const { tag, digest, version, callId, at, commit, blind } = good;
  // A later rollout that failed may have left the target in between; only a look at it can tell.
  const sure = !isPending(run) && run.done?.status !== 'failed';
  const healthy = blind === true || !sure ? undefined : true;
  return [
    {
      repository: repository === WHOLE_TEMPLATE ? undefined : repository,
      image: imageText(repository, good),
      tag,
      digest,
      version,
      since: iso(at),
      call: callId,
      commit,
      healthy,
    },
  ];
};

const wantedView = (run: Run) => {
  if (run.desired === undefined || (run.desired.repository === WHOLE && !isPending(run))) return [];
  const { desired, attempt, running, done } = run;
  const { repository, callId, since, manual, automatic, restart, version } = desired;
  const status = !isPending(run) ? done?.status : running?.rev === desired.rev ? 'running' : attempt?.retryAt === undefined ? 'queued' : 'held';
  const next = running?.rev === desired.rev ? running.lookAt : attempt?.rev === desired.rev ? attempt.retryAt : undefined;
  return [
    {
      repository: repository === WHOLE || repository === WHOLE_TEMPLATE ? undefined : repository,
      image: imageText(repository, desired),
      version,
      restart,
      call: callId,
      since: iso(since),
      by: automatic === true ? 'policy' : manual === true ? 'person' : 'push',
      status,
      attempts: attempt?.rev === desired.rev ? attempt.count : undefined,
      looksAgainAt: isPending(run) && next !== undefined ? iso(next) : undefined,
      deadline: isPending(run) && running?.rev === desired.rev ? iso(running.deadline) : undefined,
    },
  ];
};

/** A hold that came with a deployment or a roll back pins what that one set. */
const holdView = ({ hold, runs }: ApplicationState) => {
  if (hold === undefined) return undefined;
  const { at, by, why, callId } = hold;
  const pinned = Object.values(runs).find(({ desired }) => desired?.callId === callId)?.desired;
  return {
    since: iso(at),
    by,
    why,
    call: callId,
    pinned: pinned === undefined ? undefined : { image: imageText(pinned.repository, pinned), version: pinned.version },
  };
};

const waitingView = ({ callId, repository, tag, digest, receivedAt, held }: OpenCall, lang: Lang) => ({
  call: callId,
  image: imageText(repository, { tag, ...(digest === undefined ? {} : { digest }) }),
  receivedAt: iso(receivedAt),
  ...(held === undefined ? {} : wordsOf(held.reason, lang)),
  until: held?.until === undefined ? undefined : iso(held.until),
});

const rejectView = ({ digest, at, by, why }: Reject) => ({ digest, at: iso(at), by, why });
