/** How the API server says no: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
import type { ServerResponse } from 'node:http';
import type { Json } from './fake-kubernetes-patch.ts';

export interface KubernetesRefusal {
  readonly status: number;
  readonly message: string;
  readonly reason?: string;
  readonly details?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

export const answerRefusal = ({ status, message, reason = '', details = {}, headers = {} }: KubernetesRefusal, response: ServerResponse): void => {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code: status };
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

export const invalid = (message: string): KubernetesRefusal => ({ status: 422, reason: 'Invalid', message });
export const missing = (message: string): KubernetesRefusal => ({ status: 404, reason: 'NotFound', message });
export const NO_SUCH_PATH = missing('the server could not find the requested resource');
export const isRefusal = (result: Json | KubernetesRefusal): result is KubernetesRefusal => typeof result.status === 'number';
