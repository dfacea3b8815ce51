/** From a bundle to the IAM actions that its code can ask for: every SDK command that was not shaken off. */
import { type Bundle, reachable } from '../../infra/stack/bundle.ts';

/** The IAM prefix of a client's commands; `undefined` for clients that never use the function's own role. */
const PREFIXES: Readonly<Record<string, string | undefined>> = {
  dynamodb: 'dynamodb',
  sqs: 'sqs',
  ssm: 'ssm',
  'secrets-manager': 'secretsmanager',
  sts: 'sts',
  ecr: 'ecr',
  // Called with the role that the application grants, which `application grant` prints.
  ecs: undefined,
  eks: undefined,
  lambda: undefined,
};

/** Commands whose action has another name. */
const ACTIONS: Readonly<Record<string, string | undefined>> = {
  'sqs:SendMessageBatch': 'sqs:SendMessage',
  'sqs:ChangeMessageVisibilityBatch': 'sqs:ChangeMessageVisibility',
};

export const actionsOf = ({ metafile, entry }: Bundle): readonly string[] => {
  const actions = new Set<string>();
  for (const output of reachable(metafile, entry, 'all')) {
    for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[output]?.inputs ?? {})) {
      const [, client, command] = /node_modules\/@aws-sdk\/client-([a-z0-9-]+)\/.*\/commands\/(\w+)Command\.js$/.exec(input) ?? [];
      if (client === undefined || command === undefined || bytesInOutput === 0) continue;
      if (!Object.hasOwn(PREFIXES, client))
        throw new Error(`the bundle holds commands of @aws-sdk/client-${client}; say in test/infra/bundle-actions.ts with which role they run`);
      const prefix = PREFIXES[client];
      if (prefix === undefined) continue;
      const name = `${prefix}:${command}`;
      const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : name;
      if (action !== undefined) actions.add(action);
    }
  }
  return [...actions].sort();
};
