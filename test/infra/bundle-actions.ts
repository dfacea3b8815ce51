/** From a bundle to the IAM actions that its code can ask for: every SDK command that was not shaken off, and what we ask without one. */
import { type Bundle, reachable } from '../../infra/stack/bundle.ts';

/** The IAM prefix of a client's commands; `undefined` for clients that never use the function's own role. */
const PREFIXES: Readonly<Record<string, string | undefined>> = {
  dynamodb: 'dynamodb',
  ssm: 'ssm',
  'secrets-manager': 'secretsmanager',
  sts: 'sts',
  ecr: 'ecr',
  // Called with the role that the application grants, which `application grant` prints.
  ecs: undefined,
  eks: undefined,
  lambda: undefined,
};

/** What of ours speaks to a service without its client. */
const OWN: Readonly<Record<string, string>> = { 'functions/store/queue-client.ts': 'sqs:SendMessage' };

export const actionsOf = ({ metafile, entry }: Bundle): readonly string[] => {
  const actions = new Set<string>();
  for (const output of reachable(metafile, entry, 'all')) {
    for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[output]?.inputs ?? {})) {
      const own = OWN[input];
      if (own !== undefined && bytesInOutput > 0) actions.add(own);
      const [, client, command] = /node_modules\/@aws-sdk\/client-([a-z0-9-]+)\/.*\/commands\/(\w+)Command\.js$/.exec(input) ?? [];
      if (client === undefined || command === undefined || bytesInOutput === 0) continue;
      if (!Object.hasOwn(PREFIXES, client))
        throw new Error(`the bundle holds commands of @aws-sdk/client-${client}; say in test/infra/bundle-actions.ts with which role they run`);
      const prefix = PREFIXES[client];
      if (prefix !== undefined) actions.add(`${prefix}:${command}`);
    }
  }
  return [...actions].sort();
};
