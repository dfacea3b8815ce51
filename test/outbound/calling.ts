/** One call with nothing allowed but what the test opens, and no name but what it resolves. */
import { makeOutbound, type OutboundOptions } from '../../functions/outbound/request.ts';
import type { OutboundAnswer, OutboundRequest } from '../../functions/targets/target.ts';
import type { Loopback } from './loopback.ts';

const noLookup = async (host: string): Promise<never> => {
  throw new Error(`no name was to be resolved, but ${host} was`);
};

export const call = (
  url: string,
  options: Partial<OutboundOptions> = {},
  request: Partial<OutboundRequest> = {},
  signal = new AbortController().signal,
): Promise<OutboundAnswer> =>
  makeOutbound({ allow: [], clock: () => 0, lookup: noLookup, ...options })({ method: 'POST', url, headers: {}, ...request }, signal);

export const open = ({ port }: Loopback, host = '127.0.0.1'): Partial<OutboundOptions> => ({ allow: [`${host}:${port}`] });
