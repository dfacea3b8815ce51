/** `image-triggers open`: the page in a browser, by an address that is good once, for a minute; and who has a session. */
import type { Command } from 'commander';
import { list as listOf, textOf } from '../../functions/core/fields.ts';
import { addDestroyFlags, examples } from './flags.ts';
import type { Io } from './io.ts';
import { column } from './output.ts';
import { begin } from './session.ts';

export const addOpenCommand = (program: Command, io: Io): void => {
  examples(
    addDestroyFlags(
      program
        .command('open')
        .description('open the page in a browser; the address is good once, for a minute')
        .option('--print', 'only print the address, for a browser elsewhere')
        .option('--list', 'show who has a session')
        .option('--end <id>', 'end a session'),
    ),
    'open',
    'open --print --stack ImageTriggers',
    'open --list',
  ).action(async ({ print, list, end }: { print?: true; list?: true; end?: string }, command: Command) => {
    const session = await begin(command, io);
    if (end !== undefined) {
      await session.confirm(() => `End the session ${end}, so that its browser is shown nothing any more?`);
      const ended = await session.ask({ method: 'DELETE', path: `/v1/console/sessions/${encodeURIComponent(end)}` });
      return session.showOne(ended, [['Ended', ended.id]], 'id');
    }
    if (list === true) {
      const columns = [column('ID', 'id', 'never'), column('BY', 'by'), column('SINCE', 'createdAt'), column('UNTIL', 'expiresAt')];
      const { items } = await session.ask({ method: 'GET', path: '/v1/console/sessions' });
      session.showList({ items: listOf(items) }, columns, 'id');
      return session.hint('Next: image-triggers open --end ID');
    }
    const made = await session.ask({ method: 'POST', path: '/v1/console/codes' });
    if (session.reader === 'program') return session.showOne(made, []);
    if (print === true || session.reader === 'shell' || !(await io.openBrowser(textOf(made.url)))) {
      io.out(`${textOf(made.url)}\n`);
      return session.hint(
        `${print === true ? 'Open it' : 'No browser could be started here: open the address yourself'}, once, until ${textOf(made.expiresAt)}.`,
      );
    }
    session.hint('A browser was started with the page. Is none to be seen?\nTry: image-triggers open --print');
  });
};
