/** Looks at the workloads of a handle: healthy when all of them are, failed as soon as one is. */
import type { Rollout, Why } from '../core/outcome.ts';
import { listed } from './containers.ts';
import { withApi } from './kubernetes-access.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import type { KubernetesConfig } from './kubernetes-config.ts';
import { evidenceOf } from './kubernetes-evidence.ts';
import { readHandle, type Tracked } from './kubernetes-handle.ts';
import { WORKLOADS } from './kubernetes-kinds.ts';
import { judge, type Verdict } from './kubernetes-rollout.ts';
import { containersOf, fingerprintOf, generationOf, podTemplateOf, uidOf } from './kubernetes-workload.ts';
import type { TargetIo } from './target.ts';

const OFTEN_MS = 10_000;
const SELDOM_MS = 30_000;
/** Most rollouts are over by then. */
const OFTEN_FOR_MS = 120_000;

type Observed = Rollout | { readonly is: 'unavailable'; readonly why: Why };

/** What one workload has come to. `replaced`: by another change, which may carry the same image on. */
type Look = (Verdict | { readonly is: 'replaced'; readonly detail: string }) & { readonly evidence: string };

export const observeKubernetes = async (config: KubernetesConfig, text: string, io: TargetIo): Promise<Observed> => {
  const handle = readHandle(text);
  const looks = await withApi(config, io, async (api) => {
    const found: Look[] = [];
    for (const tracked of handle.workloads) found.push(await look(api, tracked, config.namespace));
    return found;
  });
  // A permission, a secret or an address may be mended while the rollout goes on.
  if ('is' in looks) return { is: 'unavailable', why: looks.why };
  const told = (i: number, detail: string): string => {
    const { kind, name } = handle.workloads[i] ?? {};
    return handle.workloads.length > 1 ? `${kind}/${name}: ${detail}` : detail;
  };
  for (const [i, found] of looks.entries())
    if (found.is === 'failed') return { is: 'failed', why: { ...found.why, detail: told(i, found.why.detail ?? '') }, evidence: found.evidence };
  for (const [i, found] of looks.entries()) if (found.is === 'replaced') return { is: 'replaced', detail: told(i, found.detail), evidence: found.evidence };
  const open = looks.flatMap((found, i) => (found.is === 'progressing' ? [told(i, join(found.detail, found.evidence))] : []));
  if (open.length === 0) return { is: 'healthy' };
  return { is: 'progressing', lookAgainIn: io.now() - handle.at > OFTEN_FOR_MS ? SELDOM_MS : OFTEN_MS, detail: open.join('; ') };
};

const join = (detail: string, evidence: string): string => (evidence === '' ? detail : `${detail}; ${evidence}`);

const look = async (api: KubernetesApi, { kind, name, uid, generation, template }: Tracked, namespace: string): Promise<Look> => {
  const { apiVersion, plural } = WORKLOADS[kind];
  const workload = await api.get({ apiVersion, plural, namespace, name });
  if (workload === undefined)
    return { is: 'failed', why: { code: 'target-not-found', detail: `${plural}/${name} is not in the namespace ${namespace} any more` }, evidence: '' };
  if (uidOf(workload) !== uid) return { is: 'replaced', detail: 'it was deleted and made again before it was healthy', evidence: '' };
  const present = podTemplateOf(kind, workload);
  if (fingerprintOf(present) !== template)
    return {
      is: 'replaced',
      detail: `replaced before it was healthy: its pod template is another one now (${present === undefined ? 'none' : listed(containersOf(present))})`,
      evidence: await evidenceOf(api, kind, workload, namespace),
    };
  // Behind a cache, an answer may be older than the change.
  const verdict: Verdict = generationOf(workload) < generation ? { is: 'progressing', detail: 'the answer is from before the change' } : judge(kind, workload);
  return { ...verdict, evidence: verdict.is === 'healthy' ? '' : await evidenceOf(api, kind, workload, namespace) };
};
