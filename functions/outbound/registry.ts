/** A registry as `deploy` asks it: what a tag names now, and of which commit that was made. Bounded in time, and never throwing. */
import { ecrRegion } from '../core/ecr-host.ts';
import { hostOf } from '../core/image.ts';
import type { Commit } from '../core/outcome.ts';
import type { Parsed } from '../core/parsed.ts';
import type { RegistryAccess, RegistryAnswer, RegistryTags } from '../core/registry-answer.ts';
import { readCommit } from './registry-labels.ts';
import { findManifest } from './registry-manifest.ts';
import { makeAskRegistry, type RegistryIo } from './registry-request.ts';
import { listTags } from './registry-tags.ts';
import type { Outbound } from './request.ts';

interface RegistryOptions {
  readonly outbound: Outbound;
  readonly secret: (reference: string) => Promise<Parsed<string>>;
  readonly ecrToken: (region: string, signal: AbortSignal, turnedDown?: string) => Promise<Parsed<string>>;
  readonly now: () => number;
  /** For everything that one question needs; 3 s unless a test says otherwise. */
  readonly timeoutMs?: number;
}

interface AskedRegistry {
  /** What the tag names now; `known` is a digest that it named before, and may save the registry work. */
  find(tag: string, known?: string): Promise<RegistryAnswer>;
  /** The labels of an image that was found. */
  commit(digest: string): Promise<Commit | undefined>;
  tags(): Promise<RegistryTags>;
}

const TIMEOUT_MS = 3_000;

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html */
const ECR_ACTIONS = { find: 'ecr:BatchGetImage', commit: 'ecr:GetDownloadUrlForLayer', tags: 'ecr:ListImages' } as const satisfies Record<
  keyof AskedRegistry,
  string
>;

export const makeRegistry =
  ({ outbound, secret, ecrToken, now, timeoutMs = TIMEOUT_MS }: RegistryOptions) =>
  (repository: string, access: RegistryAccess): AskedRegistry => {
    const ask = makeAskRegistry(repository, access);
    const isEcr = ecrRegion(hostOf(repository)) !== undefined;
    const io = (what: keyof AskedRegistry): RegistryIo => {
      const signal = AbortSignal.timeout(timeoutMs);
      const request: RegistryIo['request'] = async (asked) => {
        const answer = await outbound(asked, signal);
        return answer.is === 'broken' && signal.aborted ? { ...answer, why: `it did not answer within ${timeoutMs / 1000} s` } : answer;
      };
      const token: RegistryIo['ecrToken'] = (region, turnedDown) => ecrToken(region, signal, turnedDown);
      return { request, secret, ecrToken: token, now, ...(isEcr ? { action: ECR_ACTIONS[what] } : {}) };
    };
    return {
      find: (tag, known) => findManifest(ask, tag, io('find'), known),
      commit: (digest) => readCommit(ask, digest, io('commit')),
      tags: () => listTags(ask, io('tags')),
    };
  };
