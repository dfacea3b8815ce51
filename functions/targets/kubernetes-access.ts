/** The API server of a configuration: its address, its authority and a token, read anew for each attempt and kept for that attempt only. */
import { type Parsed, parsed, refused } from '../core/parsed.ts';
import { awsSession } from './aws-session.ts';
import { type Access, type KubernetesApi, makeKubernetesApi } from './kubernetes-api.ts';
import { isPem, type KubernetesConfig, pemProblem, type ServerPlace } from './kubernetes-config.ts';
import { KubernetesFailure, type KubernetesProblem } from './kubernetes-errors.ts';
import { secretValue } from './secret-value.ts';
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

const accessServer = async ({ server, token, ca }: ServerPlace, io: TargetIo): Promise<Access> => {
  const bearer = await secret(token, 'token', io, readToken);
  if (ca === undefined) return { server, token: bearer };
  return { server, token: bearer, ca: isPem(ca) ? ca : await secret(ca, 'certificate', io, readCertificates) };
};

const readToken = (text: string): Parsed<string> => {
  const token = text.trim();
  return /^[\x21-\x7e]+$/.test(token) ? parsed(token) : refused('is no token: store one line of printable ASCII characters');
};

const readCertificates = (text: string): Parsed<string> => {
  const problem = pemProblem(text);
  return problem === undefined ? parsed(text) : refused(problem);
};

const secret = async (reference: string, name: string, io: TargetIo, read: (text: string) => Parsed<string>): Promise<string> => {
  const found = await secretValue(reference, name, io, read);
  if (found.is !== 'read') throw new KubernetesFailure(found);
  return found.value;
};
