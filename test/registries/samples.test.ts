/** The samples: each is read by its own format as exactly the push that it was asked for, and by no other as one of theirs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toPush } from '../../functions/core/push.ts';
import { appCenter } from '../../functions/registries/app-center.ts';
import { looksLike, REGISTRY_NAMES, type RegistryName } from '../../functions/registries/index.ts';
import { SAMPLE_NAMES, sampleOf } from '../../functions/registries/samples/index.ts';
import type { Sample, SamplePush } from '../../functions/registries/samples/sample.ts';
import { claimedBy, formatOf, sameBody } from './fixtures.ts';

const NOW = Date.UTC(2026, 5, 30, 12, 34, 56, 789);
const DIGEST = `sha256:${'ab12'.repeat(16)}`;

/** Hosts as registries of the format have them, and how long a path there is. */
const PLACES: Partial<Record<RegistryName, { readonly hosts: readonly string[]; readonly parts?: readonly [least: number, most: number] }>> = {
  'alibaba-acr': {
    hosts: ['registry.cn-hangzhou.aliyuncs.com', 'shop-registry.cn-beijing.cr.aliyuncs.com', 'crpi-a1b2.us-west-1.personal.cr.aliyuncs.com'],
    parts: [2, 2],
  },
  artifactory: { hosts: ['example.jfrog.io', 'artifactory.example.com:8443'], parts: [2, 4] },
  'azure-acr': { hosts: ['myregistry.azurecr.io'] },
  'azure-eventgrid': { hosts: ['myregistry.azurecr.io'] },
  cloudsmith: { hosts: ['docker.cloudsmith.io'], parts: [3, 3] },
  dockerhub: { hosts: ['docker.io'], parts: [2, 2] },
  ecr: { hosts: ['123456789012.dkr.ecr.eu-central-1.amazonaws.com', '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn'] },
  ghcr: { hosts: ['ghcr.io'], parts: [2, 3] },
  gitea: { hosts: ['git.example.com', 'localhost:3000'], parts: [2, 4] },
  google: { hosts: ['europe-west3-docker.pkg.dev', 'gcr.io'], parts: [2, 4] },
  harbor: { hosts: ['harbor.example.com', 'harbor.example.com:8443'], parts: [2, 4] },
  quay: { hosts: ['quay.io', 'quay.example.com'], parts: [2, 2] },
  'tencent-tcr': { hosts: ['shop.tencentcloudcr.com'], parts: [2, 3] },
};
const ANYWHERE = { hosts: ['registry.example.com', 'registry.example.com:5000'] };
/** What their senders never tell. */
const WITHOUT_DIGEST: readonly RegistryName[] = ['cloudsmith', 'dockerhub', 'gitea', 'nexus', 'quay'];
/** Harbor reads the body of Tencent too, and says that it is not its own. */
const READS_ALSO: readonly string[] = ['harbor reads tencent-tcr'];

const part = fc.stringMatching(/^[a-z0-9]{1,8}(?:[._-][a-z0-9]{1,6})?$/);
const pushes = (name: RegistryName): fc.Arbitrary<SamplePush> => {
  const { hosts, parts: [least, most] = [1, 4] } = { ...ANYWHERE, ...PLACES[name] };
  return fc.record(
    {
      host: fc.constantFrom(...hosts),
      path: fc.array(part, { minLength: least, maxLength: most }).map((parts) => parts.join('/')),
      tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/),
      digest: fc.constant(DIGEST),
      id: fc.constantFrom('01JZ0000000000000000000001', '01JZ0000000000000000000002'),
      at: fc.constant(NOW),
    },
    { requiredKeys: ['host', 'path', 'tag', 'id', 'at'] },
  );
};

const sample = (name: string): Sample => {
  const found = sampleOf(name);
  if (found === undefined) throw new Error(`no sample of ${name}`);
  return found;
};
const plain: SamplePush = { host: 'registry.example.com', path: 'team/web', tag: 'v1.2.3', digest: DIGEST, id: '01JZ0000000000000000000001', at: NOW };
const plainOf = (name: RegistryName): SamplePush => {
  const { hosts, parts: [least] = [2] } = { ...ANYWHERE, ...PLACES[name] };
  return { ...plain, host: hosts[0] ?? '', ...(least === 3 ? { path: 'org/repo/web' } : {}) };
};

describe.each(REGISTRY_NAMES)('the sample of %s', (name) => {
  const format = formatOf(name);

  test('is exactly the push that was asked for', () => {
    fc.assert(
      fc.property(pushes(name), (push) => {
        const scope = { name: 'h', registryHost: push.host, hostAliases: [] };
        const request = sample(name).delivery(push);
        const reading = format.read(request, scope);
        if (reading.is !== 'events') throw new Error(JSON.stringify(reading));
        expect(reading.ignored).toEqual([]);
        expect(reading.pushes).toHaveLength(1);
        const [event] = reading.pushes;
        const read = event === undefined ? undefined : toPush(event, scope, { id: 'i', receivedAt: NOW });
        const digest = WITHOUT_DIGEST.includes(name) || push.digest === undefined ? undefined : push.digest;
        expect(read).toMatchObject({ ok: true, value: { repository: `${push.host}/${push.path}`, tag: push.tag, receivedAt: NOW } });
        expect(event?.digest).toBe(digest);
        // A time that the format takes is that of the sample, which some write to the second.
        if (event?.pushedAt !== undefined) expect(Math.floor(event.pushedAt / 1_000)).toBe(Math.floor(NOW / 1_000));
      }),
      { numRuns: 60 },
    );
  });

  test('is known as its own, and by no other format as theirs', async () => {
    const request = sample(name).delivery(plainOf(name));
    expect(format.recognises(request)).toBe(true);
    for (const other of REGISTRY_NAMES.filter((each) => !sameBody(each, name))) {
      expect(formatOf(other).recognises(request), other).toBe(false);
      expect(await looksLike(request, other), other).toBe(claimedBy(name));
      const reading = formatOf(other).read(request, { hostAliases: [], registryHost: 'registry.example.com' });
      if (!READS_ALSO.includes(`${other} reads ${name}`)) expect(reading.is === 'events' ? reading.pushes : [], other).toEqual([]);
    }
  });

  test('is another event with another id, where events have one', () => {
    const eventIds = ['01JZ0000000000000000000001', '01JZ0000000000000000000002'].map((id) => {
      const push = { ...plainOf(name), id };
      const reading = format.read(sample(name).delivery(push), { hostAliases: [], registryHost: push.host });
      return reading.is === 'events' ? reading.pushes[0]?.eventId : undefined;
    });
    if (eventIds[0] !== undefined) expect(new Set(eventIds).size).toBe(2);
  });

  test('has header names as gateways hand them over, and a body that is JSON', () => {
    const { method, headers, body } = sample(name).delivery(plainOf(name));
    expect(method).toBe('POST');
    for (const header of Object.keys(headers)) expect(header).toBe(header.toLowerCase());
    expect(() => JSON.parse(Buffer.from(body).toString())).not.toThrow();
  });
});

test('that of a trigger URL is an image to be deployed', () => {
  const reading = appCenter.read(sample('app-center').delivery(plain), { hostAliases: [] });
  expect(reading).toMatchObject({ is: 'events', pushes: [{ host: plain.host, path: plain.path, tag: plain.tag, digest: DIGEST }] });
});

test('there is one of each, and of nothing else', () => {
  expect([...SAMPLE_NAMES].sort()).toEqual([...REGISTRY_NAMES, 'app-center'].sort());
  for (const name of ['', 'constructor', '__proto__', 'Harbor']) expect(sampleOf(name)).toBeUndefined();
});
