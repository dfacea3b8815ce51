/** What to do with a grant that was printed: a CloudFormation template, a manifest of Kubernetes, or one that holds the other. */
import { fields, list, textOf } from '../../functions/core/fields.ts';

export const nextAfterGrant = (name: string, grant: unknown): string => {
  const { kind, Metadata: metadata } = fields(grant);
  if (kind === 'List')
    return `Next: kubectl apply -f role.yaml, and store the token under the name in the target's "token":  kubectl ${secretOf(grant)} -o jsonpath='{.data.token}' | base64 -d`;
  const inside =
    fields(metadata).Kubernetes === undefined
      ? ''
      : `; then, in the cluster:  image-triggers application grant ${name} -o json | jq .Metadata.Kubernetes | kubectl apply -f -`;
  return `Next: aws cloudformation deploy --stack-name image-triggers-target-${name} --template-file role.yaml --capabilities CAPABILITY_NAMED_IAM${overrides(grant)}${inside}`;
};

const secretOf = (manifest: unknown): string => {
  const { metadata } = list(fields(manifest).items).find(({ kind }) => kind === 'Secret') ?? {};
  return `-n ${textOf(fields(metadata).namespace)} get secret ${textOf(fields(metadata).name)}`;
};

/** The template's parameters are facts of the account that nobody here knows. */
const overrides = (template: unknown): string => {
  const names = Object.keys(fields(fields(template).Parameters));
  return names.length === 0 ? '' : ` --parameter-overrides ${names.map((name) => `${name}=…`).join(' ')}`;
};
