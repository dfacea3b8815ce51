/**
 * Deliveries as JFrog Artifactory sends them for a pushed image, a body of the usual size (0.9 kB): its documented one with
 * image, tag and digest exchanged, signed with the hook's secret. Each is of another tag and digest, so that none is a
 * duplicate of another.
 */
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';

export const SECRET = 'secret-of-the-benchmark';
/** Matches every tag that is sent: a rule that has to be evaluated. */
export const EXPRESSION = 'release-v[0-9]+\\.[0-9]+';
export const SIGNATURE_HEADER = 'X-JFrog-Event-Auth';
/** Where the tag lies in the body, as rules of Debian's `webhook` name it. */
export const TAG_FIELD = 'data.tag';
/** The host that the bodies name. */
export const HOST = 'docker-local.example.com';

const FIXTURE = join(import.meta.dirname, '../fixtures/registries/artifactory/docker-pushed-remote-cache-list.json');
const Sample = z.looseObject({ data: z.looseObject({}) });

export interface SignedDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const imageOf = (application: number): string => `team/app-${application}`;
export const repositoryOf = (application: number): string => `${HOST}/${imageOf(application)}`;
export const tagOf = (n: number): string => `release-v1.${n}`;

export const makeDeliveries = (): ((application: number, tag: string) => SignedDelivery) => {
  const sample = Sample.parse(JSON.parse(readFileSync(FIXTURE, 'utf8')));
  return (application, tag) => {
    const image = imageOf(application);
    const sha256 = createHash('sha256').update(`${image}:${tag}`).digest('hex');
    const data = { ...sample.data, repo_key: 'docker-local', image_name: image, tag, sha256, path: `${image}/${tag}/list.manifest.json` };
    const body = Buffer.from(JSON.stringify({ ...sample, data, jpd_origin: `https://${HOST}` }, undefined, 2));
    const signature = createHmac('sha256', SECRET).update(body).digest('hex');
    return { headers: { 'content-type': 'application/json', 'user-agent': 'JFrog Event/7.x', [SIGNATURE_HEADER]: signature }, body };
  };
};
