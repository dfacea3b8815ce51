/** `image-triggers application template …`: the template that an application owns, and its versions. */
import type { Command } from 'commander';
import { type Fields, list, textOf } from '../../functions/core/fields.ts';
import { addChangeFlags, count, examples, whole } from './flags.ts';
import { type Io, readInput } from './io.ts';
import type { Pair } from './labels.ts';
import { column, wideColumn } from './output.ts';
import { begin, withQuery } from './session.ts';

const at = (name: string, rest = ''): string => `/v1/applications/${encodeURIComponent(name)}/template${rest}`;

const pairs = (item: Fields): readonly Pair[] => [
  ['Version', item.version],
  ['Made', item.at],
  ['By', item.by ?? item.call],
  ['Why', item.why],
  ['From version', item.from],
  ...list(item.changed).map(({ from, to }) => ['Changed', `${textOf(from)} -> ${textOf(to)}`] as const),
  ...list(item.images).map(({ path, image }) => ['Image', `${textOf(image)}  (${textOf(path)})`] as const),
  ...list(item.parameters).map(
    ({ name, value }) => ['Parameter', `${textOf(name)} = ${value === undefined ? '(none: set it with --parameter)' : textOf(value)}`] as const,
  ),
];

export const addTemplateCommands = (application: Command, io: Io): void => {
  const template = examples(
    application.command('template').description('the template that an application owns: YAML documents in which pushes change the image'),
    'application template put web web.yaml',
    'application template get web > web.yaml',
  );

  examples(
    addChangeFlags(
      template
        .command('put <name> <file>')
        .description('make this file (- for standard input) the newest version; nothing is deployed by it')
        .option('--from <version>', 'refuse when there is a newer version than this one', whole)
        .option('--why <text>', 'the reason, for the record'),
    ),
    'application template put web web.yaml',
    'application template put web - --from 4 --why "more memory" < web.yaml',
  ).action(async (name: string, file: string, { from, why }: Fields, command: Command) => {
    const text = await readInput(file, io);
    const session = await begin(command, io);
    const made = await session.ask({ method: 'PUT', path: at(name), body: { text, from, why } });
    session.showOne(made, pairs(made), 'version');
    session.showHints(made);
    session.hint(`Next: image-triggers application template diff ${name}`);
  });

  examples(
    template.command('get <name>').argument('[version]', 'its number; without it, the newest', whole).description('print the text of a version'),
    'application template get web > web.yaml',
    'application template get web 3',
  ).action(async (name: string, version: number | undefined, _: Fields, command: Command) => {
    const session = await begin(command, io);
    const item = await session.ask({ method: 'GET', path: at(name, version === undefined ? '' : `/versions/${textOf(version)}`) });
    if (session.reader === 'people') io.out(textOf(item.text));
    else session.showOne(item, pairs(item), 'version');
  });

  examples(
    template
      .command('show <name>')
      .argument('[version]', 'its number; without it, the newest', whole)
      .description('who made a version, from which call, with which images and parameters'),
    'application template show web',
  ).action(async (name: string, version: number | undefined, _: Fields, command: Command) => {
    const session = await begin(command, io);
    const item = await session.ask({ method: 'GET', path: at(name, version === undefined ? '' : `/versions/${textOf(version)}`) });
    session.showOne(item, pairs(item), 'version');
    session.hint(`Next: image-triggers application template diff ${name}`);
  });

  examples(
    template.command('versions <name>').description('list versions, newest first').option('--limit <n>', 'how many', count, 20),
    'application template versions web',
  ).action(async (name: string, { limit }: { limit: number }, command: Command) => {
    const session = await begin(command, io);
    const page = await session.pages(at(name, '/versions'), {}, limit);
    session.showList(
      page,
      [
        column('VERSION', 'version', 'never'),
        column('MADE', 'at'),
        column('BY', ({ by, call }) => by ?? call),
        column('CHANGED', ({ changed, why }) => list(changed)[0]?.to ?? why),
        wideColumn('WHY', 'why'),
        wideColumn('FROM VERSION', 'from'),
      ],
      'version',
    );
    session.hintMore(page);
    session.hint(`Next: image-triggers application template diff ${name} --from VERSION --to VERSION`);
  });

  examples(
    template
      .command('diff <name>')
      .description('what a version changed')
      .option('--from <version>', 'against this version; without it, the one before', whole)
      .option('--to <version>', 'this version; without it, the newest', whole),
    'application template diff web',
    'application template diff web --from 2 --to 5',
  ).action(async (name: string, { from, to }: Fields, command: Command) => {
    const session = await begin(command, io);
    const number = (value: unknown): string | undefined => (value === undefined ? undefined : textOf(value));
    const answer = await session.ask({ method: 'GET', path: withQuery(at(name, '/diff'), { from: number(from), to: number(to) }) });
    if (session.reader === 'people') io.out(textOf(answer.diff));
    else session.showOne(answer, [['Diff', answer.diff]], 'to');
    if (answer.from === answer.to)
      session.hint(`Version ${textOf(answer.to)} was compared with itself (the first one has none before it): name another with --from`);
    else session.hint(`Back to a version: image-triggers application rollback ${name} --to-version VERSION`);
  });
};
