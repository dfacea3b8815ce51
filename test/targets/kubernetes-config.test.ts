/** The configuration of a `kubernetes` target: every problem named, with its field, in one answer. */
import { describe, expect, it } from 'vitest';
import { kubernetesConfig } from '../../functions/targets/kubernetes-config.ts';
import { CERTIFICATE } from '../outbound/certificate.ts';
import { REGION, ROLE } from './fake-sts.ts';

const SERVER = {
  kind: 'kubernetes',
  server: 'https://k8s.example.com:6443',
  token: 'ssm:/image-triggers/token',
  namespace: 'shop',
  workload: 'deployment/web',
};
const EKS = { kind: 'kubernetes', eksCluster: 'shop', region: REGION, roleArn: ROLE, namespace: 'shop', workload: 'deployment/web' };
const TEMPLATE = { ...EKS, workload: undefined, template: true };

const problemsOf = (value: object): Readonly<Record<string, string>> =>
  Object.fromEntries(kubernetesConfig.problems(value).map(({ field, why }) => [field, why]));

describe('is read', () => {
  it.each([
    [
      SERVER,
      { place: { server: 'https://k8s.example.com:6443', token: 'ssm:/image-triggers/token' }, namespace: 'shop', runs: { kind: 'deployment', name: 'web' } },
    ],
    [EKS, { place: { eksCluster: 'shop', region: REGION, roleArn: ROLE }, namespace: 'shop', runs: { kind: 'deployment', name: 'web' } }],
    [TEMPLATE, { place: { eksCluster: 'shop', region: REGION, roleArn: ROLE }, namespace: 'shop', runs: 'template' }],
    [{ ...SERVER, workload: 'rollout/web.v2', containers: ['app'] }, { runs: { kind: 'rollout', name: 'web.v2', containers: ['app'] } }],
    [
      { ...SERVER, server: 'https://rancher.example.com/k8s/clusters/c-1/', ca: CERTIFICATE },
      { place: { server: 'https://rancher.example.com/k8s/clusters/c-1', ca: CERTIFICATE } },
    ],
    [{ ...SERVER, ca: 'secretsmanager:image-triggers/ca' }, { place: { ca: 'secretsmanager:image-triggers/ca' } }],
  ])('%j', (given, config) => {
    expect(kubernetesConfig.problems(given)).toEqual([]);
    expect(kubernetesConfig.parse(given)).toMatchObject({ ok: true, value: config });
  });
});

describe('is refused', () => {
  it.each<readonly [string, object, Readonly<Record<string, string>>]>([
    [
      'without a place',
      { ...SERVER, server: undefined, token: undefined },
      { server: 'is missing: write "eksCluster" with "region" and "roleArn", or "server" with "token"' },
    ],
    ['with half a place', { ...EKS, region: undefined, roleArn: undefined }, { region: 'belong together', roleArn: 'belong together' }],
    ['without a token', { ...SERVER, token: undefined }, { token: 'is missing' }],
    ['with two places', { ...EKS, server: SERVER.server, token: SERVER.token }, { server: 'leave it out', token: 'leave it out' }],
    ['with a certificate for EKS', { ...EKS, ca: CERTIFICATE }, { ca: 'leave it out' }],
    [
      'with nothing to deploy',
      { ...EKS, workload: undefined },
      { workload: 'kinds are deployment, statefulset, daemonset, cronjob, rollout; or write "template": true' },
    ],
    ['with two things to deploy', { ...EKS, template: true }, { workload: 'stands beside "template"' }],
    ['with containers of a template', { ...TEMPLATE, containers: ['app'] }, { containers: 'for "workload" only' }],
    ['with a template that is no template', { ...EKS, workload: undefined, template: 'yes' }, { template: 'must be true' }],
    ['with a kind that runs no pods', { ...EKS, workload: 'service/web' }, { workload: '"service/web" is not a workload' }],
    ['with a kind in capitals', { ...EKS, workload: 'Deployment/web' }, { workload: 'write kind/name' }],
    ['with a workload of three parts', { ...EKS, workload: 'shop/deployment/web' }, { workload: 'write kind/name' }],
    ['with a namespace that is none', { ...EKS, namespace: 'Shop_1' }, { namespace: '"Shop_1" is not the name of a namespace' }],
    ['with http', { ...SERVER, server: 'http://k8s.example.com' }, { server: 'has the scheme "http"' }],
    ['with a query', { ...SERVER, server: 'https://k8s.example.com/?x=1' }, { server: 'everything from "?"' }],
    ['with a user', { ...SERVER, server: 'https://me:secret@k8s.example.com' }, { server: 'name a secret in "token"' }],
    ['with the token itself', { ...SERVER, token: 'eyJhbGciOi' }, { token: 'is not a reference to a secret' }],
    ['with a certificate that is none', { ...SERVER, ca: '-----BEGIN CERTIFICATE-----\nx' }, { ca: 'is no certificate in PEM' }],
    ['with a role of another name', { ...EKS, roleArn: 'arn:aws:iam::123456789012:role/admin' }, { roleArn: 'is not a role that may be assumed' }],
    ['with a container of another name', { ...EKS, containers: ['App'] }, { 'containers.0': '"App" is not the name of a container' }],
    ['with an empty list', { ...EKS, containers: [] }, { containers: 'holds 0 names' }],
  ])('%s', (_, given, expected) => {
    const problems = problemsOf(given);
    expect(Object.keys(problems).sort()).toEqual(Object.keys(expected).sort());
    for (const [field, why] of Object.entries(expected)) expect(problems[field]).toContain(why);
    expect(kubernetesConfig.parse(given)).toMatchObject({ ok: false });
  });

  it('with every problem in one answer, those between fields among them', () => {
    const problems = problemsOf({
      kind: 'kubernetes',
      eksCluster: 'arn:aws:eks',
      namespace: 'X',
      workload: 'web',
      template: true,
      containers: ['B'],
      surplus: 1,
    });
    expect(Object.keys(problems).sort()).toEqual(['containers.0', 'eksCluster', 'namespace', 'region', 'roleArn', 'surplus', 'workload']);
  });

  it('whole, when it is no object', () => {
    expect(problemsOf([])).toEqual({ '': 'must be an object' });
  });

  it('never repeats what may be a secret', () => {
    expect(JSON.stringify(problemsOf({ ...SERVER, token: 'hunter2-hunter2' }))).not.toContain('hunter2');
  });
});
