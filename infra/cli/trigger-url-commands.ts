/** `image-triggers application trigger-url …`: addresses that deploy one application, for CI jobs and registries. */
import type { Command } from 'commander';
import { type Fields, list, texts } from '../../functions/core/fields.ts';
import { addChangeFlags, addDestroyFlags, addLimitFlag, collect, examples } from './flags.ts';
import type { Io } from './io.ts';
import { column } from './output.ts';
import { begin } from './session.ts';
import { shellWord } from './shell-word.ts';
import { shownOnce } from './shown-once.ts';

const at = (application: string, id?: string): string =>
  `/v1/applications/${encodeURIComponent(application)}/trigger-urls${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;

const yes = (value: unknown): string => (value === true ? 'yes' : 'no');

export const addTriggerUrlCommands = (application: Command, io: Io): void => {
  const url = examples(
    application.command('trigger-url').description('addresses that deploy this application: again, or an image that they are sent'),
    'application trigger-url create web',
    'application trigger-url list web',
  );

  examples(
    addChangeFlags(
      url
        .command('create <name>')
        .description('create a trigger URL of an application; it is shown this once')
        .option('--label <text>', 'who is given it, so that whoever has to revoke one knows which')
        .option('--get', 'also a GET deploys again; off unless given, because whatever looks at a link sends one')
        .option('--registry-host <host>', 'the registry that it speaks for, as in registry.example.com:5000')
        .option('--host-alias <host>', 'another name of the same registry; give it again for more', collect)
        .option('--only <pattern>', 'a repository that it may speak for: team/app or team/*; give it again for more', collect),
    ),
    'application trigger-url create web --label ci',
    'application trigger-url create web --registry-host shop-registry.cn-beijing.cr.aliyuncs.com --only "team/*"',
  ).action(async (name: string, { label, get, registryHost, hostAlias, only }: Fields, command: Command) => {
    const session = await begin(command, io);
    const body = { label, get, registryHost, hostAliases: hostAlias, repositories: only };
    const made = await session.ask({ method: 'POST', path: at(name), body });
    session.showOne(
      made,
      [
        ['Id', made.id],
        ['Application', made.application],
        ['Given to', made.label],
        ['GET deploys', yes(made.get)],
        ['Registry host', made.registryHost],
        ['Other names', texts(made.hostAliases).join(', ')],
        ['Only', texts(made.repositories).join(', ')],
        ['Created', made.createdAt],
        ['Trigger URL', made.url],
      ],
      'id',
    );
    for (const line of shownOnce(made.url)) session.hint(line);
    for (const line of texts(made.guide)) session.hint(line);
    session.hint(`\nNext: call it, then  image-triggers call list --trigger ${shellWord(`!${name}`)}`);
  });

  examples(
    addLimitFlag(url.command('list <name>').description('list the trigger URLs of an application, without their secrets')),
    'application trigger-url list web',
  ).action(async (name: string, { limit }: { limit?: number }, command: Command) => {
    const session = await begin(command, io);
    const { items } = await session.ask({ method: 'GET', path: at(name) });
    session.showList(
      { items: list(items).slice(0, limit) },
      [
        column('ID', 'id', 'never'),
        column('GIVEN TO', 'label'),
        column('GET', ({ get }) => yes(get)),
        column('HOST', 'registryHost'),
        column('ONLY', ({ repositories }) => texts(repositories).join(', ')),
        column('CREATED', 'createdAt'),
      ],
      'id',
    );
  });

  examples(
    addDestroyFlags(url.command('delete <name> <url-id>').description('revoke a trigger URL of an application, at once')),
    'application trigger-url delete web url-01jz0000000000000000000000',
  ).action(async (name: string, id: string, _: Fields, command: Command) => {
    const session = await begin(command, io);
    await session.confirm(() => `Revoke the trigger URL ${id} of ${name}, so that whatever calls it is refused?`);
    const answer = await session.ask({ method: 'DELETE', path: at(name, id) });
    session.showOne(answer, [['Deleted', answer.id]], 'id');
    session.hint(`Next: image-triggers application trigger-url list ${name}`);
  });
};
