/** What would become of a push, in words: what would be done, until when and for which call it would not, and what is not sure. */
import { type ApplicationState, type Desired, type Facts, isPending } from '../core/application.ts';
import { type Settlement, splitCallId } from '../core/call.ts';
import type { Policy } from '../core/definitions.ts';
import type { Fate } from '../core/foresee.ts';
import { goodsOf } from '../core/history.ts';
import type { ReasonCode } from '../core/reason-code.ts';
import { imageText } from './application-status.ts';
import { iso } from './views.ts';
import { type Lang, wordsOf } from './words.ts';

export interface Pushed {
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
}

interface Around {
  readonly policy: Policy;
  readonly state: ApplicationState;
  readonly facts: Facts;
  readonly pushed: Pushed;
  /** Id of the push that nobody made: no call of it can be looked up. */
  readonly push: string;
  readonly now: number;
  readonly lang: Lang;
}

export interface FateView {
  readonly would: 'deploy' | 'wait' | 'skip' | 'fail';
  /** Of every answer but "deploy". */
  readonly reason?: ReasonCode;
  readonly sentence: string;
  readonly cure: string;
  readonly until?: string;
  /** The call that runs, or is to run, in place of the push. */
  readonly by?: string;
  readonly detail?: string;
}

/** What no reason of a call says. */
const WORDS = {
  deploy: {
    en: { sentence: 'It would be deployed now.', cure: 'Nothing to do.' },
    zh: { sentence: '将立即部署。', cure: '无需处理。' },
  },
  behind: {
    en: { sentence: 'It would wait behind so many other calls that nothing can be said of it.', cure: 'Ask again when they have ended.' },
    zh: { sentence: '前面等待的调用过多，无法预知结果。', cure: '待它们结束后再查询。' },
  },
} as const satisfies Record<string, Record<Lang, { readonly sentence: string; readonly cure: string }>>;

export const fateView = (fate: Fate | undefined, around: Around): FateView => {
  const { lang } = around;
  switch (fate?.is) {
    case 'deployed': {
      const there = runsAlready(around);
      return there === undefined
        ? { would: 'deploy', ...WORDS.deploy[lang], ...detailOf([whenFree(around), insteadOf(fate.instead), unsure(around)]) }
        : { would: 'skip', ...wordsOf('already-running', lang), by: there, detail: 'as far as is recorded: the target itself is read before it is changed' };
    }
    case 'held': {
      const { reason, until } = fate.held;
      const why = reason === 'hold' ? holdText(around.state) : undefined;
      return { would: 'wait', ...wordsOf(reason, lang), ...(until === undefined ? {} : { until: iso(until) }), ...detailOf([why, unsure(around)]) };
    }
    case 'skipped':
      return { would: 'skip', ...skippedFor(fate.settlement, around) };
    case undefined:
      return { would: 'wait', ...WORDS.behind[lang] };
  }
};

const detailOf = (parts: readonly (string | undefined)[]): { readonly detail?: string } => {
  const told = parts.filter((part) => part !== undefined);
  return told.length === 0 ? {} : { detail: told.join('; ') };
};

const skippedFor = ({ reason = 'superseded', by }: Settlement, { push, lang }: Around) => {
  const words = wordsOf(reason, lang);
  if (by === undefined) return words;
  const other = splitCallId(by);
  return other?.ulid === push ? { ...words, detail: `the trigger ${other.trigger} hears the same push and stands for it` } : { ...words, by };
};

/** The call that deployed this very image to a target that can be read, where nothing else is under way: then it is left alone. */
const runsAlready = ({ state, pushed: { repository, digest } }: Around): string | undefined => {
  const run = state.runs[repository] ?? {};
  const [present] = goodsOf(run);
  if (digest === undefined || present?.digest !== digest || present.blind === true) return undefined;
  return isPending(run) || run.done?.status === 'failed' || run.done?.status === 'unknown' ? undefined : present.callId;
};

const whenFree = ({ state: { leaseUntil = 0 }, now }: Around): string | undefined =>
  leaseUntil > now ? `as soon as what is done for the application at this moment is done, by ${iso(leaseUntil)} at the latest` : undefined;

const insteadOf = (instead: Desired | undefined): string | undefined =>
  instead === undefined
    ? undefined
    : `in place of ${imageText(instead.repository, instead) ?? instead.repository}, which is on its way (call ${instead.callId})`;

const holdText = ({ hold }: ApplicationState): string | undefined =>
  hold === undefined
    ? undefined
    : [`since ${iso(hold.at)}`, hold.by === undefined ? '' : ` by ${hold.by}`, hold.why === undefined ? '' : `: ${hold.why}`].join('');

/** Where the tag alone leaves something open. */
const unsure = ({ policy, state, facts, pushed: { repository, tag, digest } }: Around): string | undefined =>
  digest === undefined && (policy.approval === true || facts.rejects.size > 0 || state.runs[repository]?.desired?.tag === tag)
    ? 'ask with a digest (host/path:tag@sha256:…) to know whether that one runs already, is rejected or is approved'
    : undefined;
