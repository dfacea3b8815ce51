/** A registry as `deploy` asks it: what a tag names now, and of which commit that was made. Bounded in time, and never throwing. */
import type { Commit } from '../core/outcome.ts';
import type { Parsed } from '../core/parsed.ts';
import type { RegistryAccess, RegistryAnswer, RegistryTags } from '../core/registry-answer.ts';
import { readCommit } from './registry-labels.ts';
import { findManifest } from './registry-manifest.ts';
import { makeAskRegistry, type RegistryIo } from './registry-request.ts';
import { listTags } from './registry-tags.ts';
import type { Outbound } from './request.ts';

export interface RegistryOptions {
  readonly outbound: Outbound;
  readonly secret: (reference: string) => Promise<Parsed<string>>;
  readonly now: () => number;
  /** For everything that one question needs; 3 s unless a test says otherwise. */
  readonly timeoutMs?: number;
}

export interface AskedRegistry {
  /** What the tag names now. */
  find(tag: string): Promise<RegistryAnswer>;
  /** The labels of an image that was found. */
  commit(digest: string): Promise<Commit | undefined>;
  tags(): Promise<RegistryTags>;
}

const TIMEOUT_MS = 3_000;

export const makeRegistry =
  ({ outbound, secret, now, timeoutMs = TIMEOUT_MS }: RegistryOptions) =>
  (repository: string, access: RegistryAccess): AskedRegistry => {
    const ask = makeAskRegistry(repository, access);
    const io = (): RegistryIo => {
      const signal = AbortSignal.timeout(timeoutMs);
      const request: RegistryIo['request'] = async (asked) => {
        const answer = await outbound(asked, signal);
        return answer.is === 'broken' && signal.aborted ? { ...answer, why: `it did not answer within ${timeoutMs / 1000} s` } : answer;
      };
      return { request, secret, now };
    };
    return { find: (tag) => findManifest(ask, tag, io()), commit: (digest) => readCommit(ask, digest, io()), tags: () => listTags(ask, io()) };
  };
