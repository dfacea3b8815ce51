/** Hooks, triggers, applications and pushes as most tests want them. */
import type { ApplicationDefinition, HookDefinition, TriggerDefinition } from '../../functions/core/definitions.ts';
import type { PushesMessage } from '../../functions/core/message.ts';
import type { Exchange, Outcome } from '../../functions/core/outcome.ts';
import type { Push } from '../../functions/core/push.ts';
import { hashToken, makeToken } from '../../functions/hooks/token.ts';

export const NOW = Date.UTC(2026, 5, 30, 12);
export const HOST = 'registry.example.com';
export const REPOSITORY = `${HOST}/shop/web`;
export const DIGEST = `sha256:${'a'.repeat(64)}`;
export const ULIDS = Array.from({ length: 200 }, (_, i) => `01JZ${String(i).padStart(22, '0')}`);
export const TOKEN = makeToken('hub', (bytes) => new Uint8Array(bytes).fill(7));
const stamps = { createdAt: 0, updatedAt: 0 };

export const hook = (change: Partial<HookDefinition> = {}): HookDefinition => ({
  name: 'hub',
  registry: 'generic',
  enabled: true,
  registryHost: HOST,
  hostAliases: ['registry-vpc.example.com'],
  tokens: [{ sha256: hashToken(TOKEN), createdAt: 0 }],
  ...stamps,
  ...change,
});
export const trigger = (change: Partial<TriggerDefinition> = {}): TriggerDefinition => ({
  name: 'release',
  hook: 'hub',
  repository: REPOSITORY,
  rule: { mode: 'all' },
  application: 'web',
  enabled: true,
  ...stamps,
  ...change,
});
export const application = (change: Partial<ApplicationDefinition> = {}): ApplicationDefinition => ({
  name: 'web',
  enabled: true,
  target: { kind: 'blind' },
  policy: {},
  ...stamps,
  ...change,
});
export const push = (n: number, change: Partial<Push> = {}): Push => ({
  id: ULIDS[n] ?? '',
  hook: 'hub',
  repository: REPOSITORY,
  tag: `v${n}`,
  digest: `sha256:${String(n).padStart(64, '0')}`,
  receivedAt: NOW + n,
  ...change,
});
export const message = (...pushes: readonly Push[]): PushesMessage => ({
  v: 1,
  deliveryId: `delivery-${pushes[0]?.id}`,
  hook: 'hub',
  hosts: [HOST],
  receivedAt: NOW,
  pushes,
});

export const exchange = (status: number): Exchange => ({
  request: { method: 'POST', url: 'https://deploy.example.com/', headers: {} },
  response: { status, headers: {}, body: { text: `said ${status}`, bytes: 8, sha256: '', complete: true } },
  ms: 12,
});
export const DELIVERED: Outcome = { is: 'delivered', exchange: exchange(200) };
export const APPLIED: Outcome = { is: 'applied', handle: 'rollout-1' };
