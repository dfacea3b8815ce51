/**
 * The front: one address for each container that wants one. It leads to the container that has the name, follows when another
 * one takes the name over, and stops the former as soon as nothing goes on there. It keeps nothing: names and labels say it all,
 * so neither a restart of the engine nor one of the daemon loses anything. Until it is known who runs, whoever ran last is led to.
 */
import { isIP } from 'node:net';
import { setTimeout as passed } from 'node:timers/promises';
import type { DockerClient } from './docker-client.ts';
import { ADDRESS_LABEL, namesOf, readSites, type Site } from './front-containers.ts';
import { type Door, openDoor } from './front-door.ts';
import { isLoopback } from './options.ts';

interface FrontGround {
  readonly docker: DockerClient;
  /** `--host` of the engine: where that is this machine alone, addresses are too. */
  readonly host: string;
  readonly log: (line: string) => void;
  readonly now: () => number;
}

export interface Front {
  /** Port by the name of the container, of what is listened on. */
  ports(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** A changed list is looked at at once; this is for what no event tells: an address that was taken, a drain whose time is over. */
const LOOK_EVERY_MS = 2_000;
const LONGEST_PAUSE_MS = 5_000;

interface Opened {
  readonly site: Site;
  readonly door: Door;
  /** When it led to another container than before. */
  since: number;
}

export const startFront = ({ docker, host, log, now }: FrontGround): Front => {
  const ended = new AbortController();
  const opened = new Map<string, Opened>();
  const stopping = new Set<string>();
  const told = new Map<string, string>();

  /** Once for each trouble, not at every look. */
  const tell = (name: string, event: string, error: string): void => {
    if (told.get(name) === error) return;
    told.set(name, error);
    log(JSON.stringify({ event, name, error }));
  };
  const open = async (site: Site): Promise<void> => {
    if (isIP(site.host) === 0 || (!isLoopback(site.host) && isLoopback(host)))
      return tell(
        site.name,
        'front.refused',
        `${site.host}:${site.port} is open to other machines: start the engine with --host ${site.host}, or write 127.0.0.1`,
      );
    try {
      const door = await openDoor(site, look);
      door.to(site.live);
      opened.set(site.name, { site, door, since: now() });
      told.delete(site.name);
      log(JSON.stringify({ event: 'front.open', name: site.name, address: `${site.host}:${site.port}`, to: site.live.port }));
    } catch (error) {
      tell(site.name, 'front.failed', `${site.host}:${site.port} cannot be listened on: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const close = async (name: string): Promise<void> => {
    const found = opened.get(name);
    opened.delete(name);
    await found?.door.close();
  };
  const stopFormer = ({ name, former }: Site, { door, since }: Opened): void => {
    if (former === undefined || stopping.has(former.id)) return;
    if (door.under(former.id) > 0 && now() - since < former.stopSeconds * 1000) return;
    stopping.add(former.id);
    docker
      .stop(former.id, former.stopSeconds)
      .catch((error: unknown) => tell(name, 'front.unstopped', error instanceof Error ? error.message : String(error)))
      .finally(() => stopping.delete(former.id));
  };

  const lookOnce = async (): Promise<void> => {
    const list = await docker.containers(ADDRESS_LABEL, ended.signal);
    if (ended.signal.aborted) return;
    const names = namesOf(list);
    for (const name of opened.keys()) if (!names.has(name)) await close(name);
    for (const site of readSites(list)) {
      let present = opened.get(site.name);
      if (present !== undefined && !isSameAddress(present.site, site)) {
        await close(site.name);
        present = undefined;
      }
      if (present === undefined) await open(site);
      else if (present.door.now()?.id !== site.live.id || present.door.now()?.port !== site.live.port) {
        present.door.to(site.live);
        present.since = now();
        log(JSON.stringify({ event: 'front.switched', name: site.name, to: site.live.port }));
      }
      const ready = opened.get(site.name);
      if (ready !== undefined) stopFormer(site, ready);
    }
  };

  // One look at a time; what changes meanwhile is seen by the next.
  let looking: Promise<void> | undefined;
  let again = false;
  const look = (): void => {
    if (ended.signal.aborted) return;
    if (looking !== undefined) {
      again = true;
      return;
    }
    again = false;
    looking = lookOnce()
      .catch((error: unknown) => tell('', 'front.unseen', error instanceof Error ? error.message : String(error)))
      .finally(() => {
        looking = undefined;
        if (again) look();
      });
  };

  const timer = setInterval(look, LOOK_EVERY_MS);
  const watching = watch(docker, look, ended.signal);
  return {
    ports: () => Object.fromEntries([...opened].map(([name, { door }]) => [name, door.port])),
    stop: async () => {
      ended.abort();
      clearInterval(timer);
      await watching;
      await looking;
      await Promise.all([...opened.keys()].map(close));
    },
  };
};

const isSameAddress = (one: Site, other: Site): boolean => one.host === other.host && one.port === other.port && one.protocol === other.protocol;

/** For as long as the engine runs: a daemon may be restarted at any time. */
const watch = async (docker: DockerClient, look: () => void, signal: AbortSignal): Promise<void> => {
  for (let pause = 100; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      await docker.watch(() => {
        pause = 100;
        look();
      }, signal);
    } catch {
      // Not there, or not any more.
    }
    await passed(pause, undefined, { signal }).catch(() => undefined);
  }
};
