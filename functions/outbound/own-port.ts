/**
 * One GET on a port of this machine's loopback: how a container is asked whether it is well. The guard stays as it is for
 * everything else; this hole is one address wide, lasts for one request, and exists only where the Docker socket does, whose
 * users can reach every port of the machine anyway.
 */
import type { OutboundAnswer } from '../targets/target.ts';
import { makeOutbound } from './request.ts';

/** A container that is well answers at once; the look is repeated anyway. */
const TIMEOUT_MS = 3_000;

export const reachOwnPort = (port: number, path: string, clock: () => number, signal: AbortSignal): Promise<OutboundAnswer> => {
  const address = `127.0.0.1:${port}`;
  const outbound = makeOutbound({ allow: [address], clock, timeoutMs: TIMEOUT_MS });
  // Over a connection that is closed at once: a server that is told to stop waits for those that are open.
  return outbound({ method: 'GET', url: `http://${address}${path}`, headers: {}, repeatable: false }, signal);
};
