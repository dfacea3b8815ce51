/**
 * Connections that stay open for two seconds after an answer that was read to its end, for the next request to the same
 * place: scheme, host, port, trusted authority, and the whole set of addresses that was checked for that very request. Each
 * place has an agent of its own, so that none can be handed the connection of another. Who is speaking stands in headers,
 * never in the connection.
 *
 * A kept connection may be dead without our knowing: the peer closed it, or the process was frozen (Lambda does that between
 * invocations, and timers stand still meanwhile, so age is told by the clock on the wall). Most are noticed before anything
 * is written. One that breaks afterwards, with no byte of an answer, leaves open whether the request arrived: only what may
 * be sent twice goes over a kept connection, and is then sent again over a new one, as Go's client does.
 */
import type { Agent } from 'node:http';
import type { Socket } from 'node:net';

// Static ESM imports of these load undici; this way they do not.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

/** Shorter than what servers wait for the next request (Node, Apache: 5 s). One that announces less than three seconds is given a second less than that. */
const KEPT_MS = 2_000;
/** What is not asked any more is closed by its time; this bounds what is remembered of it. */
const MOST_PLACES = 50;

export interface Place {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly ca: string | undefined;
  /** Checked just now. */
  readonly addresses: readonly { readonly address: string }[];
}

interface Rest {
  readonly since: number;
  readonly bytesRead: number;
}

export type Connections = ReturnType<typeof makeConnections>;

/** `clock`: milliseconds on the wall. */
export const makeConnections = (clock: () => number) => {
  const agents = new Map<string, Agent>();
  const resting = new WeakMap<Socket, Rest>();
  return {
    agentTo: (place: Place): Agent => {
      const key = keyOf(place);
      const agent = agents.get(key) ?? makeAgent(place.secure);
      // The one asked for last is the last to go.
      agents.delete(key);
      agents.set(key, agent);
      for (const oldest of agents.keys()) {
        if (agents.size <= MOST_PLACES) break;
        agents.delete(oldest);
      }
      return agent;
    },
    /** The next request opens a connection. */
    forget: (place: Place): void => void agents.delete(keyOf(place)),
    /** An answer was read to its end. */
    rest: (socket: Socket): void => void resting.set(socket, { since: clock(), bytesRead: socket.bytesRead }),
    /** Not too old, and silent since: what came unasked must not become somebody's answer. */
    isFit: (socket: Socket): boolean => {
      const rest = resting.get(socket);
      if (rest === undefined) return false;
      const age = clock() - rest.since;
      return age >= 0 && age < KEPT_MS && socket.bytesRead === rest.bytesRead;
    },
    hasAnswered: (socket: Socket): boolean => socket.bytesRead !== resting.get(socket)?.bytesRead,
  };
};

const makeAgent = (secure: boolean): Agent => {
  const options = { keepAlive: true, timeout: KEPT_MS, scheduling: 'lifo' } as const;
  // Without sessions of TLS each new connection has its certificate verified anew.
  return secure ? new https.Agent({ ...options, maxCachedSessions: 0 }) : new http.Agent(options);
};

const keyOf = ({ secure, host, port, ca = '', addresses }: Place): string =>
  `${secure ? 'https' : 'http'} ${host} ${port} ${addresses.map(({ address }) => address).sort()} ${ca}`;
