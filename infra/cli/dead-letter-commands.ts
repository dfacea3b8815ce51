/** `image-triggers dead-letters …`: messages whose worker failed or died each time, and how they are tried again. */
import { type Command, Option } from 'commander';
import { addChangeFlags, examples } from './flags.ts';
import { openInside } from './inside/inside.ts';
import { type Io, misused } from './io.ts';
import { column } from './output.ts';
import { placeOf } from './place.ts';
import { begin, type Session } from './session.ts';

export const addDeadLetterCommands = (program: Command, io: Io): void => {
  const deadLetters = examples(
    program.command('dead-letters').description('messages that could not be worked off, and how they are tried again'),
    'dead-letters list',
    'dead-letters redrive --dry-run',
  );
  const open = (command: Command) => openInside(placeOf(command.optsWithGlobals(), io), io);

  examples(deadLetters.command('list').description('how many there are, by queue'), 'dead-letters list').action(async (_: object, command: Command) => {
    const [session, inside] = [await begin(command, io), await open(command)];
    const items = await inside.deadLetters();
    session.showList({ items: items.map(({ name, messages, redrivable }) => ({ name, messages, redrivable })) }, [
      column('QUEUE', 'name', 'never'),
      column('MESSAGES', ({ messages }) => messages),
      column('REDRIVE', ({ redrivable }) => (redrivable === true ? 'yes' : 'no: EventBridge put it there, and the message says why')),
    ]);
    if (items.some(({ messages, redrivable }) => redrivable && messages > 0))
      session.hint('Next: mend what "image-triggers logs" shows as record.failed, then  image-triggers dead-letters redrive');
  });

  examples(
    addChangeFlags(
      deadLetters
        .command('redrive')
        .description('send them back to the queue that they came from; what was done already is not done again')
        .addOption(new Option('--queue <name>', 'of one queue alone, as "dead-letters list" shows it')),
    ),
    'dead-letters redrive',
    'dead-letters redrive --queue deployments',
  ).action(async ({ queue }: { readonly queue?: string }, command: Command) => {
    const [session, inside] = [await begin(command, io), await open(command)];
    const all = await inside.deadLetters();
    const chosen = queue === undefined ? all.filter(({ redrivable }) => redrivable) : all.filter(({ name }) => name === queue);
    const names = all.flatMap(({ name, redrivable }) => (redrivable ? [name] : []));
    if (chosen.length === 0 || chosen.some(({ redrivable }) => !redrivable)) throw misused(`--queue is ${queue}: give ${names.join(' or ')}`);
    const items: { readonly name: string; readonly moved: number }[] = [];
    for (const each of chosen.filter(({ messages }) => messages > 0))
      items.push({ name: each.name, moved: session.dryRun ? each.messages : await inside.redrive(each) });
    showMoved(items, session);
  });
};

const showMoved = (items: readonly { readonly name: string; readonly moved: number }[], session: Session): void => {
  session.showList({ items }, [column('QUEUE', 'name', 'never'), column(session.dryRun ? 'WOULD GO BACK' : 'WENT BACK', 'moved')]);
  if (session.dryRun) session.hint('Nothing was moved: without --dry-run it is.');
  else if (items.length > 0) session.hint('Next: image-triggers logs --follow, then  image-triggers dead-letters list');
};
