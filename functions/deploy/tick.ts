/** The tick: once a minute, asks for a reconcile of every application whose time has come. Safety for what a lost or late message would leave waiting. */

export interface TickPorts {
  due(now: number, limit: number): Promise<readonly string[]>;
  sendAll(applications: readonly string[]): Promise<void>;
  now(): number;
  log(event: string, fields: Readonly<Record<string, string | number | boolean | undefined>>): void;
}

/** More than this in one minute come with the next tick: they stay due. */
const MOST = 1_000;

export const tick = async (ports: TickPorts): Promise<void> => {
  const applications = await ports.due(ports.now(), MOST);
  if (applications.length === 0) return;
  await ports.sendAll(applications);
  ports.log('tick.woke', { applications: applications.length });
};
