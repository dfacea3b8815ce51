/** What the API shows of what is stored: times in ISO 8601, never a token, hash or secret. */
import type { Call } from '../core/call.ts';
import type { ApplicationDefinition, Credential, HookDefinition, TriggerDefinition } from '../core/definitions.ts';
import type { DeliveryRecord } from '../core/delivery-record.ts';
import type { AttemptRecord } from '../core/outcome.ts';
import { DEFAULT_SWEEP_MINUTES } from '../core/sweep-minutes.ts';
import type { TriggerUrl } from '../store/definition-item.ts';
import type { SweepReport } from '../store/sweep-report.ts';
import { type Lang, wordsOf } from './words.ts';

export const iso = (time: number): string => new Date(time).toISOString();
/** None of what nobody made. */
const dates = ({ createdAt, updatedAt }: { readonly createdAt: number; readonly updatedAt: number }) => ({
  createdAt: createdAt === 0 ? undefined : iso(createdAt),
  updatedAt: updatedAt === 0 ? undefined : iso(updatedAt),
});

/** `tokens`, and secrets of the credential: those that are valid, by their dates. */
export const hookView = (hook: HookDefinition, now: number) => {
  const { name, registry, registryHost, hostAliases, repositories, enabled, credential, access, tokens } = hook;
  return {
    name,
    registry,
    registryHost,
    hostAliases,
    repositories,
    enabled,
    ...(credential === undefined ? {} : { credential: credentialView(credential, now) }),
    access,
    sweepMinutes: access === undefined ? undefined : (hook.sweepMinutes ?? DEFAULT_SWEEP_MINUTES),
    tokens: validDates(tokens, now),
    ...dates(hook),
  };
};

/** Pushes that were found at the registry although nobody had told of them. */
export const sweepView = ({ lookedAt, missed, missedAt, why }: SweepReport) => ({
  lookedAt: iso(lookedAt),
  missed,
  missedAt: missedAt === undefined ? undefined : iso(missedAt),
  why,
});

/** `more`: how many it spoke of beside `references`. */
export const deliveryView = ({ id, at, verdict, status, why, references, more, calls, source }: DeliveryRecord) => ({
  id,
  at: iso(at),
  verdict,
  status,
  why,
  references,
  more,
  calls,
  source,
  ...(source === 'test' ? { test: true } : {}),
});

const credentialView = (credential: Credential, now: number) => {
  if (credential.by === 'oidc') return credential;
  const { by } = credential;
  const secrets = validDates(by === 'hmac' ? credential.secrets : credential.values, now);
  return { by, ...(by === 'header' ? { name: credential.name } : {}), secrets };
};

/** When each of those that are valid was made, and ends. */
const validDates = (all: readonly { readonly createdAt: number; readonly expiresAt?: number }[], now: number) =>
  all.flatMap(({ createdAt, expiresAt }) => {
    if (expiresAt === undefined) return { createdAt: iso(createdAt) };
    return expiresAt > now ? { createdAt: iso(createdAt), expiresAt: iso(expiresAt) } : [];
  });

/** Without its token, which nothing stored could tell. */
export const triggerUrlView = ({ name, application, label, get, registryHost, hostAliases, repositories, createdAt }: TriggerUrl) => ({
  id: name,
  application,
  label,
  get: get === true,
  registryHost,
  ...(hostAliases.length === 0 ? {} : { hostAliases }),
  repositories,
  createdAt: iso(createdAt),
});

export const triggerView = (trigger: TriggerDefinition) => {
  const { name, hook, repository, rule, application, enabled } = trigger;
  return { name, hook, repository, rule, application, enabled, ...dates(trigger) };
};

export const applicationView = (application: ApplicationDefinition) => {
  const { name, enabled, target, policy, parameters, source } = application;
  return { name, enabled, target, policy, parameters, source, ...dates(application) };
};

/** A call with why it is as it is, in words. `responseStatus` and `responseBody` are the last answer of the target. */
export const callView = (call: Call, lang: Lang) => {
  const { id, trigger, application, hook, repository, tag, digest, actor, action, version, commit, status, reason, detail, by, until, redeliveryOf, repeats } =
    call;
  return {
    id,
    trigger,
    application,
    hook: hook === '' ? undefined : hook,
    repository,
    tag,
    digest,
    actor,
    order: call.order,
    source: call.source,
    action,
    why: call.why,
    version,
    commit,
    registry: call.registry,
    status,
    ...(reason === undefined ? {} : wordsOf(reason, lang)),
    detail,
    by,
    until: until === undefined ? undefined : iso(until),
    redeliveryOf,
    repeats,
    attemptCount: call.attempts ?? 0,
    responseStatus: call.responseStatus,
    responseBody: call.responseBody,
    receivedAt: iso(call.receivedAt),
    decidedAt: iso(call.decidedAt),
    endedAt: call.endedAt === undefined ? undefined : iso(call.endedAt),
  };
};

export const attemptView = ({ n, at, outcome, idempotencyKey, detail, exchange }: AttemptRecord) => ({
  n,
  at: iso(at),
  outcome,
  idempotencyKey,
  detail,
  ...(exchange === undefined ? {} : { request: exchange.request, response: exchange.response, error: exchange.error, ms: exchange.ms }),
});
