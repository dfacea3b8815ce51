/** Fields that the configurations of all AWS targets share. */
import { shown } from '../core/shown.ts';
import { text } from './config.ts';

/** The stack may assume only roles of this name, whatever the account. */
const ROLE = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/(image-triggers-target-[\w+=,.@-]+)$/;
const ROLE_NAME_MOST = 64;

const ASKED_ROLE = 'write arn:aws:iam::<12 digits>:role/image-triggers-target-<name>';
const ASKED_REGION = 'write a region, as in eu-west-1';

const roleProblem = (value: string): string | undefined => {
  const name = ROLE.exec(value)?.[3];
  if (name === undefined) return `${shown(value)} is not a role that may be assumed: ${ASKED_ROLE}; "image-triggers application grant" makes it`;
  return name.length > ROLE_NAME_MOST ? `its name has ${name.length} characters: IAM allows ${ROLE_NAME_MOST}` : undefined;
};

export const roleArn = text(ASKED_ROLE, roleProblem);

export const region = text(ASKED_REGION, (value) =>
  /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/.test(value) ? undefined : `${shown(value)} is not a region: write it as in eu-west-1`,
);

/** The parts of a role ARN that was accepted above. */
export const partsOfRole = (arn: string): { readonly partition: string; readonly account: string; readonly name: string } => {
  const [, partition = '', account = '', name = ''] = ROLE.exec(arn) ?? [];
  return { partition, account, name };
};
