/** `image-triggers application …` */
import type { Command } from 'commander';
import { type Fields, fields, list, textOf } from '../../functions/core/fields.ts';
import { STATE_WORDS } from '../../functions/schema/request.ts';
import { addChangeFlags, addDestroyFlags, addLimitFlag, examples, nameOf } from './flags.ts';
import { nextAfterGrant } from './grant-hint.ts';
import { type Io, misused } from './io.ts';
import { column, structured, wideColumn } from './output.ts';
import { begin, type Session } from './session.ts';
import { applicationPairs, showApplication } from './show-application.ts';
import { addEndFlags, addTargetFlags, applicationParts } from './target-flags.ts';
import { addTemplateCommands } from './template-commands.ts';
import { addTriggerUrlCommands } from './trigger-url-commands.ts';
import { watchApplication } from './watch-application.ts';
import { addWishCommands } from './wish-commands.ts';

const at = (name: string, rest = ''): string => `/v1/applications/${encodeURIComponent(name)}${rest}`;

/** What tells one target of a kind from another, in the order in which it is said. */
const PLACES = ['url', 'cluster', 'service', 'eksCluster', 'server', 'namespace', 'workload', 'container', 'function', 'alias', 'region'] as const;

interface ListFlags {
  readonly limit?: number;
  readonly name?: string;
  readonly target?: string;
  readonly state?: string;
  readonly repository?: string;
}

const targetText = (value: unknown): string => {
  const { kind, ...rest } = fields(value);
  const where = PLACES.flatMap((field) => (rest[field] === undefined ? [] : [textOf(rest[field])]));
  return [textOf(kind), ...where].join(' ');
};

export const addApplicationCommands = (program: Command, io: Io): void => {
  const application = examples(
    program.command('application').alias('app').description('what gets deployed: a target and a policy'),
    'application list',
    'application show web',
  );

  examples(
    addChangeFlags(addTargetFlags(application.command('create <name>').description('create an application'))),
    'application create web --http https://web.example.com/deploy',
    'application create api --ecs-service api --ecs-cluster main --ecs-region eu-central-1 --role arn:aws:iam::123456789012:role/image-triggers-target-api',
    'application create web --target target.json --parameter replicas=3 --auto-rollback --never-down',
    'application create web --http https://ci.example.com/run --template body.json --secret ssm:/image-triggers/web --quiet-seconds 5',
  ).action(async (name: string, _: Fields, command: Command) => {
    const parts = await applicationParts(command.optsWithGlobals(), io);
    if (parts.target === undefined) throw misused('it needs a target: give --http URL, --ecs-service NAME, or --target FILE for any other');
    const session = await begin(command, io);
    const made = await session.ask({ method: 'POST', path: '/v1/applications', body: { name, ...parts } });
    session.showOne(made, applicationPairs(made));
    session.showHints(made);
    if (fields(made.target).roleArn !== undefined) session.hint(`Next: create its role:  image-triggers application grant ${name} > role.yaml`);
    session.hint(`Next: image-triggers trigger create NAME --application ${name} --registry FORMAT --repository PATH`);
  });

  examples(
    addLimitFlag(
      application
        .command('list')
        .description('list applications')
        .option('--name <prefix>', 'only those whose name begins so', nameOf)
        .option('--target <kind>', 'only those with a target of this kind')
        .option('--state <states>', `only those in one of these, with commas between them: ${STATE_WORDS.join(', ')}`)
        .option('--repository <repository>', 'only those that a trigger lets hear it, as host/path'),
    ),
    'application list',
    'application list -o name',
    'application list --state held,degraded --target ecs',
  ).action(async ({ limit, name, target, state, repository }: ListFlags, command: Command) => {
    const session = await begin(command, io);
    const page = await session.pages('/v1/applications', { name, target, state, repository }, limit);
    session.showList(page, [
      column('NAME', 'name', 'never'),
      column('ENABLED', ({ enabled }) => (enabled === true ? 'yes' : 'no')),
      column('TARGET', ({ target }) => targetText(target)),
      wideColumn('POLICY', ({ policy }) => (Object.keys(fields(policy)).length === 0 ? '' : policy)),
      wideColumn('CREATED', 'createdAt'),
      wideColumn('UPDATED', 'updatedAt'),
    ]);
    session.hintMore(page);
  });

  examples(
    application.command('show <name>').description('show an application').option('--watch', 'show it again whenever it changes, until the command is ended'),
    'application show web',
    'application show web -o json',
    'application show web --watch',
  ).action(async (name: string, { watch }: { watch?: true }, command: Command) => {
    const session = await begin(command, io);
    const read = (): Promise<Fields> => session.ask({ method: 'GET', path: at(name) });
    if (watch === true) return watchApplication(session, read);
    showApplication(session, await read());
  });

  examples(
    addChangeFlags(
      addEndFlags(
        addTargetFlags(application.command('update <name>').description('change its target (as a whole), or its policy and parameters (one by one)')),
      ),
    ),
    'application update web --http https://web.example.com/v2/deploy',
    'application update web --max-per-hour 10',
    'application update web --no-max-per-hour --no-never-down',
  ).action(async (name: string, _: Fields, command: Command) => {
    const body = await applicationParts(command.optsWithGlobals(), io);
    if (Object.keys(body).length === 0) throw misused('nothing to change: give a target, a policy flag, --parameter or --git');
    const session = await begin(command, io);
    const item = await session.ask({ method: 'PATCH', path: at(name), body });
    showApplication(session, item);
    session.showHints(item);
    session.hint(`Next: image-triggers call list --application ${name}`);
  });

  examples(
    addDestroyFlags(
      application
        .command('delete <name>')
        .description('delete an application; refused while triggers name it')
        .option('--force', 'delete it all the same: pushes of these triggers then end as failed'),
    ),
    'application delete web',
    'application delete web --force --yes',
  ).action(async (name: string, { force }: Fields, command: Command) => {
    const session = await begin(command, io);
    await session.confirm(async () => `Delete the application ${name}${await endsWith(session, name)}?`);
    remove(session, await session.ask({ method: 'DELETE', path: at(name, force === true ? '?force=true' : '') }));
    session.hint('Next: image-triggers application list');
  });

  for (const verb of ['enable', 'disable'] as const)
    examples(addChangeFlags(application.command(`${verb} <name>`).description(`${verb} an application`)), `application ${verb} web`).action(
      async (name: string, _: Fields, command: Command) => {
        const session = await begin(command, io);
        const item = await session.ask({ method: 'POST', path: at(name, `/${verb}`) });
        showApplication(session, item);
        session.hint(
          verb === 'enable' ? `Next: image-triggers call list --application ${name} --status skipped` : `Later: image-triggers application enable ${name}`,
        );
      },
    );

  examples(
    application
      .command('grant <name>')
      .description('print what its target needs and no more: a CloudFormation template, or a manifest for a Kubernetes cluster (YAML; with -o json as JSON)'),
    'application grant api > role.yaml',
    'application grant api -o json --stack image-triggers',
  ).action(async (name: string, _: Fields, command: Command) => {
    const session = await begin(command, io);
    const grant = await session.ask({ method: 'GET', path: at(name, '/grant') });
    if (grant.needed !== true) io.err(`${textOf(grant.message)}\n`);
    else {
      io.out(`${structured(session.format === 'json' ? 'json' : 'yaml', grant.template)}\n`);
      session.hint(nextAfterGrant(name, grant.template));
    }
  });

  addWishCommands(application, io);
  addTemplateCommands(application, io);
  addTriggerUrlCommands(application, io);
};

/** What else would go, or go without it. */
const endsWith = async (session: Session, name: string): Promise<string> => {
  const triggers = (await session.pages('/v1/triggers', { application: name })).items;
  const urls = list((await session.ask({ method: 'GET', path: at(name, '/trigger-urls') })).items);
  const parts = [
    ...(urls.length === 0 ? [] : [`its ${urls.length} trigger URL${urls.length === 1 ? '' : 's'}`]),
    'its record of what runs and of versions of its template',
  ];
  const named = triggers.length === 0 ? '' : `, which ${triggers.length} trigger${triggers.length === 1 ? ' names' : 's name'}`;
  return `${named}, with ${parts.join(' and ')}`;
};

/** What was deleted, by its name; what follows from it goes beside. */
export const remove = (session: Session, answer: Fields): void => {
  session.showOne(answer, [['Deleted', answer.name]]);
  session.showHints(answer);
};
