/** `image-triggers trigger …` */
import type { Command } from 'commander';
import { type Fields, textOf, texts } from '../../functions/core/fields.ts';
import { ruleText } from '../../functions/core/rule-text.ts';
import { remove } from './application-commands.ts';
import { addChangeFlags, addDestroyFlags, addHookFlags, addLimitFlag, addRuleFlags, examples, hookPartsOf, nameOf, ruleOf, SENDERS } from './flags.ts';
import { type Io, misused } from './io.ts';
import type { Pair } from './labels.ts';
import { column, wideColumn } from './output.ts';
import { begin } from './session.ts';
import { shellWord } from './shell-word.ts';
import { shownOnce } from './shown-once.ts';

const at = (name: string, rest = ''): string => `/v1/triggers/${encodeURIComponent(name)}${rest}`;

const pairs = (item: Fields): readonly Pair[] => [
  ['Name', item.name],
  ['Repository', item.repository],
  ['Rule', ruleText(item.rule)],
  ['Application', item.application],
  ['Hook', item.hook],
  ['Enabled', item.enabled === true ? 'yes' : 'no'],
  ['Created', item.createdAt],
  ['Updated', item.updatedAt],
  ['Webhook URL', item.url],
];

export const addTriggerCommands = (program: Command, io: Io): void => {
  const trigger = examples(program.command('trigger').description('one repository and one rule → one application'), 'trigger list', 'trigger show release');

  examples(
    addChangeFlags(
      addHookFlags(
        addRuleFlags(
          trigger
            .command('create <name>')
            .description('create a trigger; with --registry it gets a webhook URL of its own, shown this once (Amazon ECR needs none)')
            .requiredOption('--repository <path>', 'host/path, host/team/*, or a path on the registry of the hook')
            .requiredOption('--application <name>', 'what is deployed', nameOf)
            .option('--registry <format>', `ecr: hear the rule of the stack; or make a hook of its own for ${SENDERS}`)
            .option('--hook <name>', 'hear a hook that exists', nameOf),
        ),
      ),
    ),
    'trigger create web --registry ecr --repository shop/web --application web',
    'trigger create release --registry alibaba-acr --registry-host shop-registry.cn-beijing.cr.aliyuncs.com --repository shop/web --expression "release-v.*" --application web',
    'trigger create latest --hook hub --repository registry.example.com/team/app --tag latest --application app',
    'trigger create ci --registry generic --registry-host ghcr.io --repository "team/*" --all --application app --credential header --credential-file token.txt',
  ).action(async (name: string, flags: Fields, command: Command) => {
    const session = await begin(command, io);
    const { repository, application, registry, hook } = flags;
    const rule = ruleOf(flags);
    const body = {
      name,
      repository,
      application,
      ...(rule === undefined ? {} : { rule }),
      ...(registry === undefined ? {} : { registry }),
      ...(hook === undefined ? {} : { hook }),
      ...(await hookPartsOf(flags, io)),
    };
    const made = await session.ask({ method: 'POST', path: '/v1/triggers', body });
    session.showOne(made, pairs(made));
    if (made.url !== undefined) for (const line of shownOnce(made.url)) session.hint(line);
    for (const line of texts(made.guide)) session.hint(line);
    session.showHints(made);
    session.hint(`\nNext: push an image, then  image-triggers call list --trigger ${name}`);
    // No registry has the URL yet; of Amazon ECR, and of a pattern, there is no push to make up.
    const path = textOf(made.repository);
    if (made.url !== undefined && !path.endsWith('*'))
      session.hint(`Without a push: image-triggers hook test ${textOf(made.hook)} --repository ${shellWord(path)} --tag TAG`);
  });

  examples(
    addLimitFlag(
      trigger
        .command('list')
        .description('list triggers')
        .option('--application <name>', 'only those of an application', nameOf)
        .option('--hook <name>', 'only those that hear a hook', nameOf)
        .option('--repository <repository>', 'only those that name it, as host/path or host/team/*'),
    ),
    'trigger list',
    'trigger list --application web -o name',
  ).action(async ({ limit, ...filters }: { application?: string; hook?: string; repository?: string; limit?: number }, command: Command) => {
    const session = await begin(command, io);
    const page = await session.pages('/v1/triggers', filters, limit);
    session.showList(page, [
      column('NAME', 'name', 'never'),
      column('REPOSITORY', 'repository', 'start'),
      column('RULE', ({ rule }) => ruleText(rule)),
      column('APPLICATION', 'application'),
      column('HOOK', 'hook'),
      column('ENABLED', ({ enabled }) => (enabled === true ? 'yes' : 'no')),
      wideColumn('CREATED', 'createdAt'),
      wideColumn('UPDATED', 'updatedAt'),
    ]);
    session.hintMore(page);
  });

  examples(trigger.command('show <name>').description('show a trigger'), 'trigger show release').action(async (name: string, _: Fields, command: Command) => {
    const session = await begin(command, io);
    const item = await session.ask({ method: 'GET', path: at(name) });
    session.showOne(item, pairs(item));
    for (const warning of texts(item.warnings)) session.hint(`Warning: ${warning}`);
  });

  examples(
    addChangeFlags(
      addRuleFlags(
        trigger
          .command('update <name>')
          .description('change its rule (as a whole), application or hook')
          .option('--application <name>', 'what is deployed', nameOf)
          .option('--hook <name>', 'hear another hook', nameOf),
      ),
    ),
    'trigger update release --expression "release-v.*" --except ".*-rc[0-9]+"',
    'trigger update release --application web-next',
  ).action(async (name: string, flags: Fields, command: Command) => {
    const rule = ruleOf(flags);
    const { application, hook } = flags;
    const body = { ...(rule === undefined ? {} : { rule }), ...(application === undefined ? {} : { application }), ...(hook === undefined ? {} : { hook }) };
    if (Object.keys(body).length === 0) throw misused('nothing to change: give a rule, --application or --hook');
    const session = await begin(command, io);
    const item = await session.ask({ method: 'PATCH', path: at(name), body });
    session.showOne(item, pairs(item));
    session.hint(`Next: image-triggers explain ${textOf(item.repository)}:TAG`);
  });

  examples(addDestroyFlags(trigger.command('delete <name>').description('delete a trigger; its records stay')), 'trigger delete release').action(
    async (name: string, _: Fields, command: Command) => {
      const session = await begin(command, io);
      await session.confirm(() => `Delete the trigger ${name}, so that no push deploys by it any more?`);
      remove(session, await session.ask({ method: 'DELETE', path: at(name) }));
      session.hint('Next: image-triggers trigger list');
    },
  );

  for (const verb of ['enable', 'disable'] as const)
    examples(addChangeFlags(trigger.command(`${verb} <name>`).description(`${verb} a trigger`)), `trigger ${verb} release`).action(
      async (name: string, _: Fields, command: Command) => {
        const session = await begin(command, io);
        const item = await session.ask({ method: 'POST', path: at(name, `/${verb}`) });
        session.showOne(item, pairs(item));
        session.hint(`Next: image-triggers explain ${textOf(item.repository)}:TAG`);
      },
    );
};
