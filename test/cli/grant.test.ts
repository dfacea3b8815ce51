/** A grant is printed with the command that puts it to use, which depends on what it is for. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type CommandLine, startCommandLine } from './command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
});
afterAll(() => cli.stop());

const granted = async (name: string, target: object) => {
  await cli.ok(`application create ${name} --target -`, {
    stdin: JSON.stringify({ kind: 'kubernetes', namespace: 'shop', workload: 'deployment/web', ...target }),
  });
  return cli.ok(`application grant ${name}`);
};

test('for a cluster by address it is a manifest, to be applied, and a token, to be stored', async () => {
  const { out, err } = await granted('web', { server: 'https://k8s.example', token: 'ssm:/image-triggers/web' });
  expect(parse(out)).toMatchObject({ kind: 'List', items: [{ kind: 'ServiceAccount' }, { kind: 'Secret' }, { kind: 'Role' }, { kind: 'RoleBinding' }] });
  expect(err).toContain('Next: kubectl apply -f role.yaml');
  expect(err).toContain('kubectl -n shop get secret image-triggers-web -o jsonpath');
  expect(err).not.toContain('cloudformation');
});

test('for a cluster of EKS it is a role, and a manifest inside of it', async () => {
  const roleArn = 'arn:aws:iam::123456789012:role/image-triggers-target-eks';
  const { out, err } = await granted('eks', { eksCluster: 'prod', region: 'eu-west-1', roleArn });
  expect(parse(out)).toMatchObject({ Resources: { AccessEntry: { Type: 'AWS::EKS::AccessEntry' } }, Metadata: { Kubernetes: { kind: 'List' } } });
  expect(err).toMatch(
    /Next: aws cloudformation deploy .*CAPABILITY_NAMED_IAM; then, in the cluster: +image-triggers application grant eks -o json \| jq \.Metadata\.Kubernetes \| kubectl apply -f -/,
  );
});
