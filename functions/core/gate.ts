/** Gates: why a call that should run may not run yet, or never. Each is one small function over plain inputs; `goal` asks them in this order. */
import type { ApplicationState, Facts, Held, OpenCall } from './application.ts';
import type { ApplicationDefinition } from './definitions.ts';
import { goodsOf, wentWell } from './history.ts';
import type { ReasonCode } from './reason-code.ts';

export interface GateInput {
  readonly definition: ApplicationDefinition;
  readonly state: ApplicationState;
  readonly facts: Facts;
  readonly now: number;
}

const HOUR = 3_600_000;

/** Never for this call: it is settled as `skipped`. */
export const refusal = (call: OpenCall, input: GateInput): ReasonCode | undefined => {
  const { definition, facts, now } = input;
  if (!definition.enabled) return 'application-disabled';
  if (definition.source !== undefined && call.restart !== true) return 'git-source';
  if (call.manual === true) return undefined;
  if (call.digest !== undefined && facts.rejects.has(call.digest)) return 'rejected';
  const { maxAgeSeconds } = definition.policy;
  // Tested when first decided only: time spent held must not make a push too old.
  if (maxAgeSeconds !== undefined && call.held === undefined && now - call.receivedAt > maxAgeSeconds * 1000) return 'expired';
  return isLower(call, input) ? 'lower-version' : undefined;
};

/** Compared with what is wanted, unless that went wrong or was never deployed: then with what went well last. */
const isLower = ({ callId, repository, tag, restart }: OpenCall, { state, facts }: GateInput): boolean => {
  if (facts.lower === undefined || restart === true) return false;
  const run = state.runs[repository] ?? {};
  const { desired, done } = run;
  if (desired?.callId === callId) return false;
  const wrong = done !== undefined && done.rev === desired?.rev && done.status !== 'unknown' && !wentWell(done);
  return facts.lower(tag, wrong ? goodsOf(run)[0]?.tag : desired?.tag) !== 'no';
};

/** This call waits by itself, others may pass it. An approval is given to a digest, so a call without one waits too. */
export const ownWait = (call: OpenCall, { definition, facts }: GateInput): Held | undefined =>
  definition.policy.approval === true && (call.digest === undefined || !facts.approvals.has(call.digest)) ? { reason: 'approval' } : undefined;

const holdGate = (call: OpenCall, { state, facts }: GateInput): Held | undefined => {
  if (state.hold !== undefined) return { reason: 'hold' };
  const pin = facts.pins[call.repository];
  if (pin === undefined) return undefined;
  const pinned = pin.digest !== undefined ? pin.digest === call.digest : pin.tag === call.tag;
  return pinned ? undefined : { reason: 'hold' };
};

const untilOf = (until: number | undefined): { readonly until?: number } => (until === undefined ? {} : { until });

const freezeGate = ({ facts, now }: GateInput): Held | undefined =>
  facts.freeze !== undefined && (facts.freeze.until === undefined || facts.freeze.until > now)
    ? { reason: 'freeze', ...untilOf(facts.freeze.until) }
    : undefined;

const windowGate = ({ facts, now }: GateInput): Held | undefined =>
  facts.closed !== undefined && (facts.closed.until === undefined || facts.closed.until > now)
    ? { reason: 'window', ...untilOf(facts.closed.until) }
    : undefined;

/** A repository that is never quiet must not wait for ever: a burst is gathered for at most so many quiet times. */
const LONGEST_BURST = 10;

const quietGate = (call: OpenCall, { definition, state, now }: GateInput): Held | undefined => {
  const { quietSeconds } = definition.policy;
  if (quietSeconds === undefined || quietSeconds === 0) return undefined;
  const quiet = quietSeconds * 1000;
  // What is wanted already was the end of a burst of its own.
  const wanted = state.runs[call.repository]?.desired?.callId;
  const pushes = Object.values(state.open)
    .filter(({ callId, repository, manual }) => repository === call.repository && manual !== true && callId !== wanted)
    .sort((a, b) => b.receivedAt - a.receivedAt);
  const last = pushes[0]?.receivedAt ?? call.receivedAt;
  let since = last;
  for (const { receivedAt, held } of pushes) {
    if (since - receivedAt > quiet) break;
    since = Math.min(since, held?.reason === 'quiet' ? (held.since ?? receivedAt) : receivedAt);
  }
  const until = Math.min(last + quiet, since + LONGEST_BURST * quiet);
  return until > now ? { reason: 'quiet', until, since } : undefined;
};

/** `begun`: promoted and not yet sent. They count as deployed now, else several repositories would pass at once. */
const rateGate = ({ definition, state, now }: GateInput, begun: number): Held | undefined => {
  const { maxPerHour } = definition.policy;
  if (maxPerHour === undefined) return undefined;
  const sent = (state.deployedAt ?? []).filter((at) => at > now - HOUR).sort((a, b) => a - b);
  const recent = [...sent, ...Array.from({ length: begun }, () => now)];
  const oldest = recent[recent.length - maxPerHour];
  return recent.length >= maxPerHour && oldest !== undefined ? { reason: 'rate', until: oldest + HOUR } : undefined;
};

/** The whole application waits; only the newest call is held, older ones are superseded by it. */
export const applicationWait = (call: OpenCall, input: GateInput, begun = 0): Held | undefined =>
  holdGate(call, input) ?? freezeGate(input) ?? windowGate(input) ?? quietGate(call, input) ?? rateGate(input, begun);

/** What a person's stop means for something already wanted but not yet applied. */
export const stopWait = (call: Pick<OpenCall, 'repository' | 'tag' | 'digest'>, input: GateInput): Held | undefined =>
  holdGate({ ...call, callId: '', order: '', receivedAt: 0, hosts: [] }, input) ?? freezeGate(input);

/** Keep only what the rate gate can still ask about. */
export const recentDeployments = (deployedAt: readonly number[] | undefined, now: number): readonly number[] =>
  [...(deployedAt ?? []).filter((at) => at > now - HOUR), now].slice(-100);
