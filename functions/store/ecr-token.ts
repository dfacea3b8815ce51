/**
 * What the registries of Amazon ECR take for a password, by the role of the function: for one region, whatever the account.
 * What may be read with it is up to the policies of the role and of each repository. It is good for 12 hours, and kept until
 * shortly before its end. A file of its own, so that its client is a chunk of its own.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
 */
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { shown } from '../core/shown.ts';
import { QUICK } from './quick.ts';

const MARGIN_MS = 10 * 60_000;

/** Base64 of `user:password`. `turnedDown`: one that a registry did not take, which is not given again. */
export type EcrToken = (region: string, signal: AbortSignal, turnedDown?: string) => Promise<Parsed<string>>;

export const makeEcrToken = (now: () => number = Date.now): EcrToken => {
  const kept = new Map<string, { readonly token: string; readonly until: number }>();
  return async (region, signal, turnedDown) => {
    const known = kept.get(region);
    if (known !== undefined && known.token !== turnedDown && now() < known.until - MARGIN_MS) return parsed(known.token);
    const client = new ECRClient({ ...QUICK, region });
    try {
      const { authorizationData } = await client.send(new GetAuthorizationTokenCommand(), { abortSignal: signal });
      const { authorizationToken: token, expiresAt } = authorizationData?.[0] ?? {};
      if (token === undefined) return refused('ecr:GetAuthorizationToken gave no token');
      kept.set(region, { token, until: expiresAt?.getTime() ?? now() });
      return parsed(token);
    } catch (error) {
      return refused(whyNot(error));
    } finally {
      client.destroy();
    }
  };
};

/** As long as the process lives. */
export const ecrToken = makeEcrToken();

const whyNot = (error: unknown): string => {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return name === 'AccessDeniedException'
    ? 'the role of the stack may not ecr:GetAuthorizationToken: deploy the stack with -c ecr=all'
    : `ecr:GetAuthorizationToken failed just now (${name}: ${shown(message, 100)})`;
};
