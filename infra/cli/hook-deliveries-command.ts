/** `image-triggers hook deliveries`: what came of the newest deliveries to a hook, and what was near where nothing heard them. */
import type { Command } from 'commander';
import { type Fields, list, textOf, texts } from '../../functions/core/fields.ts';
import { examples } from './flags.ts';
import type { Io } from './io.ts';
import { column, wideColumn } from './output.ts';
import { begin, type Session } from './session.ts';
import { shellWord } from './shell-word.ts';
import { nearText } from './show-decisions.ts';

const FEW = 5;

export const addDeliveriesCommand = (hook: Command, io: Io): void => {
  examples(
    hook.command('deliveries <name>').description('what came of the last 20 deliveries to a hook (or a trigger URL, by its id), newest first'),
    'hook deliveries acr',
    'hook deliveries acr -o wide',
  ).action(async (name: string, _: Fields, command: Command) => {
    const session = await begin(command, io);
    const answer = await askDeliveries(name, session);
    const items = list(answer.items);
    showDeliveries(items, session);
    const [newest] = items;
    // While the hook takes nothing, that is all there is to say.
    if (answer.hint !== undefined) session.showHints(answer);
    else if (newest === undefined) session.hint(nothingCame(name));
    else {
      session.showHints(newest);
      const [call] = texts(newest.calls);
      if (call !== undefined) session.hint(`Next: image-triggers call show ${shellWord(call)}`);
    }
  });
};

const nothingCame = (name: string): string =>
  `Nothing came in the last seven days.\nNext: image-triggers hook guide ${name}, or try it:  image-triggers hook test ${name} --help`;

const askDeliveries = (name: string, session: Session): Promise<Fields> =>
  session.ask({ method: 'GET', path: `/v1/hooks/${encodeURIComponent(name)}/deliveries` });

export const deliveriesOf = async (name: string, session: Session): Promise<readonly Fields[]> => list((await askDeliveries(name, session)).items);

/** Below a hook that is shown: the last few. */
export const showLastDeliveries = async (name: string, session: Session, io: Io): Promise<void> => {
  if (session.reader !== 'people') return;
  const answer = await askDeliveries(name, session);
  const items = list(answer.items).slice(0, FEW);
  if (items.length > 0) {
    io.out('\n');
    showDeliveries(items, session);
  }
  session.hint('');
  if (answer.hint !== undefined) session.showHints(answer);
  else session.hint(items.length === 0 ? nothingCame(name) : `More of them: image-triggers hook deliveries ${name}`);
};

const showDeliveries = (items: readonly Fields[], session: Session): void =>
  session.showList(
    { items },
    [
      column('TIME (UTC)', ({ at }) => textOf(at).slice(0, 19).replace('T', ' '), 'never'),
      column('VERDICT', ({ verdict, source }) => `${textOf(verdict)}${source === undefined ? '' : ` (${textOf(source)})`}`, 'never'),
      column('SPOKE OF', ({ references, more }) => [...texts(references), ...(more === undefined ? [] : [`and ${textOf(more)} more`])].join(' '), 'start'),
      column('WHY', ({ why, nearest }) =>
        [
          textOf(why),
          ...list(nearest)
            .slice(0, 1)
            .map((near) => `near: ${nearText(near)}`),
        ]
          .filter((part) => part !== '')
          .join(' · '),
      ),
      wideColumn('ANSWER', 'status'),
      wideColumn('CALLS', ({ calls }) => texts(calls).join(' ')),
      wideColumn('ID', 'id'),
    ],
    'id',
  );
