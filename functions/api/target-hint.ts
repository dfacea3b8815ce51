/**
 * What is said beside an application whose address cannot be called as it stands: by plain http, or on this machine or in a
 * private network. It is stored all the same, since exceptions are a matter of where `deploy` runs.
 */
import type { TargetDefinition } from '../core/definitions.ts';
import type { ApiPorts } from './ports.ts';

export const targetHint = ({ kind, url }: TargetDefinition, { callProblem }: Pick<ApiPorts, 'callProblem'>): string | undefined => {
  const why = kind === 'http' && typeof url === 'string' ? callProblem(url) : undefined;
  if (why === undefined) return undefined;
  const place = hostAndPort(String(url));
  // No exception leads to the metadata of a cloud, so none is offered.
  const exception = callProblem(String(url), place) === undefined ? `; or, on one machine, allow it:  npm start -- --allow ${place}` : '';
  return `its url cannot be called as it stands, so deployments will fail: ${why}${exception}`;
};

const hostAndPort = (text: string): string => {
  const { hostname, port, protocol } = new URL(text);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
};
