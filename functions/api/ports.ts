/** What the API needs of the world; given by `lambda.ts`, or by a test. */
import type { ApplicationState, OpenCall } from '../core/application.ts';
import type { Call, Settlement } from '../core/call.ts';
import type { TargetDefinition, TriggerDefinition } from '../core/definitions.ts';
import type { DeliveryRecord } from '../core/delivery-record.ts';
import type { PushesMessage } from '../core/message.ts';
import type { Parsed } from '../core/parsed.ts';
import type { SealedAnswers } from '../hooks/sealed-answer.ts';
import type { Registry, TriggerReading } from '../registries/registry.ts';
import type { Sample } from '../registries/samples/sample.ts';
import type { LogFields } from '../runtime/log.ts';
import type { FieldProblem } from '../schema/check.ts';
import type { makeAnswers } from '../store/answers.ts';
import type { FoundApplication } from '../store/application-of.ts';
import type { makeApplications } from '../store/applications.ts';
import type { makeCallPages } from '../store/call-pages.ts';
import type { makeHooks } from '../store/hooks.ts';
import type { makeRejects } from '../store/rejects.ts';
import type { makeSessions } from '../store/sessions.ts';
import type { Wishing } from '../store/states.ts';
import type { SweepReport } from '../store/sweep-report.ts';
import type { makeTemplates } from '../store/templates.ts';
import type { makeTriggerUrls } from '../store/trigger-urls.ts';
import type { makeTriggers } from '../store/triggers.ts';

export interface ApiPorts {
  readonly hooks: ReturnType<typeof makeHooks>;
  /** What came of the looks at its registry. */
  sweepReport(hook: string, now: number): Promise<SweepReport | undefined>;
  /** What came of deliveries to it, the newest first. */
  deliveries(hook: string, limit: number, now: number): Promise<readonly DeliveryRecord[]>;
  readonly triggers: ReturnType<typeof makeTriggers>;
  readonly triggerUrls: ReturnType<typeof makeTriggerUrls>;
  readonly applications: ReturnType<typeof makeApplications>;
  readonly callPages: ReturnType<typeof makeCallPages>;
  readonly calls: {
    get(id: string, now: number): Promise<Call | undefined>;
    put(call: Call): Promise<'put' | 'exists'>;
    settle(id: string, settlement: Settlement): Promise<boolean>;
  };
  readonly states: {
    create(application: string, now: number): Promise<void>;
    get(application: string): Promise<ApplicationState | undefined>;
    open(application: string, call: OpenCall, wake: { readonly dueAt: number }): Promise<'opened' | 'absent'>;
    wish(application: string, wish: Wishing, now: number): Promise<'noted' | 'absent'>;
  };
  /** With what `goal` needs beside the state, as `deploy` reads it. */
  application(name: string): Promise<FoundApplication>;
  readonly rejects: ReturnType<typeof makeRejects>;
  readonly sessions: ReturnType<typeof makeSessions>;
  readonly templates: ReturnType<typeof makeTemplates>;
  triggersOf(repository: string): Promise<readonly TriggerDefinition[]>;
  readonly registryNames: readonly string[];
  /** Loaded when it is asked for. */
  registry(name: string): Promise<Registry | undefined>;
  /** How its sender tells of a push. Loaded when it is asked for. */
  sample(registry: string): Promise<Sample | undefined>;
  /** Amazon ECR as the stack hears it: its own registry, and `all` or the repositories (`shop/web,team/*`) of its rule; none while that is off. */
  readonly ecr: { readonly registry: string; readonly repositories?: string };
  /** The format of trigger URLs. */
  readonly appCenter: Registry<TriggerReading>;
  targetProblems(target: unknown): Promise<readonly FieldProblem[]>;
  /** Whether the target is given whole templates. */
  takesTemplates(target: TargetDefinition): Promise<boolean>;
  /** Why `deploy` would not call this URL, before any name is resolved; `allowed` is one more `host:port` to be taken as an exception. */
  callProblem(url: string, allowed?: string): string | undefined;
  /** The smallest role for the target as a CloudFormation template; undefined when it needs none. */
  grant(target: TargetDefinition, application: string): Promise<Parsed<object | undefined>>;
  /** Of 32 random bytes, or of those given. */
  makeToken(hook: string, random?: Uint8Array): string;
  /** 256 random bits, for a code or a session of the page. */
  makeSecret(): string;
  /** sha256 in hex: of tokens, of credentials that are only compared, and of what is only told apart. */
  hashToken(text: string): string;
  /** Secrets that signatures are checked with: sealed for their hook, and opened again only to compare two. */
  readonly sealed: {
    /** Undefined when the secret of the stack cannot be read at this moment. */
    seal(hook: string, text: string): Promise<string | undefined>;
    open(hook: string, sealed: string): Promise<{ readonly is: 'text'; readonly text: string } | { readonly is: 'foreign' | 'unready' }>;
  };
  /** First answers to requests with an Idempotency-Key, sealed under it. */
  readonly answers: ReturnType<typeof makeAnswers>;
  readonly sealedAnswers: SealedAnswers;
  /** 32 bytes that follow from an Idempotency-Key and what was drawn for it. */
  derive(key: string, drawn: string, what: string): Uint8Array;
  /** Has the keys of an identity provider fetched, which are published there. */
  askKeys(url: string, now: number): Promise<void>;
  /** Without a slash at the end. */
  readonly webhookBaseUrl: string;
  /** Puts what a delivery would have brought into the queue of pushes. */
  sendPushes(message: PushesMessage): Promise<void>;
  /** Asks for a reconcile of each application. */
  send(applications: readonly string[]): Promise<void>;
  now(): number;
  /** New each time, or of those bytes. */
  newUlid(now: number, random?: Uint8Array): string;
  log(event: string, fields: LogFields): void;
}
