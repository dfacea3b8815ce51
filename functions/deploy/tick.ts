/**
 * The tick: once a minute, asks for a reconcile of every application whose time has come: safety for what a lost or late
 * message would leave waiting. Then fetches the keys of identity providers that ingest asked for, and looks for
 * pushes that were missed.
 */
import { type KeyPorts, refreshKeys } from './refresh-keys.ts';

export interface TickPorts {
  due(now: number, limit: number): Promise<readonly string[]>;
  sendAll(applications: readonly string[]): Promise<void>;
  readonly keys: KeyPorts;
  /** Looks at registries for pushes that nobody told. */
  sweep(): Promise<void>;
  now(): number;
  log(event: string, fields: Readonly<Record<string, string | number | boolean | undefined>>): void;
}

/** More than this in one minute come with the next tick: they stay due. */
const MOST = 1_000;

export const tick = async (ports: TickPorts): Promise<void> => {
  const applications = await ports.due(ports.now(), MOST);
  if (applications.length > 0) {
    await ports.sendAll(applications);
    ports.log('tick.woke', { applications: applications.length });
  }
  await refreshKeys(ports);
  await ports.sweep();
};
