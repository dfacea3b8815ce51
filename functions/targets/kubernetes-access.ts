/** The API server of a configuration: its address, its authority and a token, read anew for each attempt and kept for that attempt only. */
import { awsSession } from './aws-session.ts';
import { type Access, type KubernetesApi, makeKubernetesApi } from './kubernetes-api.ts';
import { isPem, type KubernetesConfig, pemProblem, type ServerPlace } from './kubernetes-config.ts';
import { KubernetesFailure, type KubernetesProblem, refusal, unavailable } from './kubernetes-errors.ts';
import type { TargetIo } from './target.ts';

/** Everything that Kubernetes and AWS refuse or put off becomes an outcome; anything else is a fault of this code and is thrown on. */
export const withApi = async <T>(config: KubernetesConfig, io: TargetIo, work: (api: KubernetesApi) => Promise<T>): Promise<T | KubernetesProblem> => {
  try {
    return await session(config, io, work);
  } catch (error) {
    if (error instanceof KubernetesFailure) return error.problem;
    throw error;
  }
};

const session = awsSession(async (config: KubernetesConfig, application: string, io: TargetIo) =>
  makeKubernetesApi(await access(config, application, io), application, io),
);

const access = async ({ place }: KubernetesConfig, application: string, io: TargetIo): Promise<Access> => {
  if ('server' in place) return accessServer(place, io);
  const { accessEks } = await import('./kubernetes-eks.ts');
  return accessEks(place, application, io);
};

const accessServer = async ({ server, token: reference, ca }: ServerPlace, io: TargetIo): Promise<Access> => {
  const token = (await secret(reference, io)).trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw unreadable(`the token ${reference} is no token: store one line of printable ASCII characters`);
  if (ca === undefined) return { server, token };
  const certificates = isPem(ca) ? ca : await secret(ca, io);
  const problem = pemProblem(certificates);
  if (problem !== undefined) throw unreadable(`the certificate ${isPem(ca) ? 'in "ca"' : ca} ${problem}`);
  return { server, token, ca: certificates };
};

const secret = async (reference: string, io: TargetIo): Promise<string> => {
  let value: Awaited<ReturnType<TargetIo['secret']>>;
  try {
    value = await io.secret(reference);
  } catch (error) {
    throw new KubernetesFailure(unavailable(error instanceof Error ? error.message : String(error)));
  }
  if (!value.ok) throw unreadable(value.why);
  return value.value;
};

const unreadable = (detail: string): KubernetesFailure => new KubernetesFailure(refusal('secret-unreadable', detail));
