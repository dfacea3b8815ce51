/** What a push does or would do, trigger by trigger: for one that is asked about, and for one that a hook is tried with. */
import { type Fields, fields, list, textOf, texts } from '../../functions/core/fields.ts';
import { column, wideColumn } from './output.ts';
import type { Session } from './session.ts';

export const showDecisions = (session: Session, answer: Fields): void => {
  if (session.reader === 'program') {
    session.showOne(answer, []);
    return;
  }
  const triggers = list(answer.triggers);
  session.showList(
    { items: session.reader === 'shell' ? triggers.filter(({ fires }) => fires === true) : triggers },
    [
      column('TRIGGER', 'trigger'),
      column('FIRES', ({ fires }) => (fires === true ? 'yes' : 'no')),
      column('APPLICATION', 'application'),
      column('THEN', ({ verdict }) => thenText(fields(verdict)), 'never'),
      column('WHY', (each) => {
        // Of one that fires what becomes of it says more.
        const { sentence, detail } = each.verdict === undefined ? each : fields(each.verdict);
        return [textOf(sentence), textOf(detail)].filter((part) => part !== '').join(' · ');
      }),
      wideColumn('WHAT TO DO', (each) => (each.verdict === undefined ? each : fields(each.verdict)).cure),
    ],
    'trigger',
  );
  for (const each of triggers) for (const warning of texts(each.warnings)) session.hint(`${textOf(each.trigger)}: ${warning}`);
  if (answer.ignored !== undefined) session.hint(textOf(answer.ignored));
  session.showHints(answer);
  for (const near of list(answer.nearest)) session.hint(`near: ${nearText(near)}`);
};

/** `deploy`, `wait until 12:00:30`, `skip for 01JZ….release` */
const thenText = ({ would, until, by }: Fields): string =>
  [
    textOf(would),
    ...(until === undefined ? [] : ['until', textOf(until).slice(0, 19).replace('T', ' ')]),
    ...(by === undefined ? [] : ['for', textOf(by)]),
  ].join(' ');

/** `web (registry.example.com/shop/web): its path differs in one letter` */
export const nearText = ({ trigger, repository, why }: Fields): string => `${textOf(trigger)} (${textOf(repository)}): ${textOf(why)}`;
