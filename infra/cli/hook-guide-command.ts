/** `image-triggers hook guide`: where to paste the URL of a hook, and what to set beside it. */
import type { Command } from 'commander';
import { textOf, texts } from '../../functions/core/fields.ts';
import { addDestroyFlags, examples } from './flags.ts';
import { type Io, misused } from './io.ts';
import { addKeepFlag, endsAtOnce } from './keep-flag.ts';
import { lines } from './output.ts';
import { begin, withQuery } from './session.ts';
import { shownOnce } from './shown-once.ts';

interface GuideFlags {
  readonly rotate?: boolean;
  readonly keep?: string;
}

export const addGuideCommand = (hook: Command, io: Io): void => {
  examples(
    addDestroyFlags(
      addKeepFlag(
        hook
          .command('guide <name>')
          .description('where to paste the URL of a hook at its registry, and which header or secret to set there')
          .option('--rotate', 'make a second URL and show it in its place, this once; the one before stays valid for seven days'),
        'with --rotate, while two are valid already: former drops the newest',
        ['former'],
      ),
    ),
    'hook guide acr',
    'hook guide acr --rotate',
  ).action(async (name: string, { rotate, keep }: GuideFlags, command: Command) => {
    if (keep !== undefined && rotate !== true) throw misused('--keep belongs to --rotate');
    const session = await begin(command, io);
    if (keep !== undefined) await session.confirm(() => endsAtOnce('URL', keep, name));
    const path = `/v1/hooks/${encodeURIComponent(name)}`;
    const told =
      rotate === true
        ? await session.ask({ method: 'POST', path: withQuery(`${path}/rotate`, { keep }) })
        : await session.ask({ method: 'GET', path: `${path}/guide` });
    if (session.reader === 'people') io.out(lines(texts(told.guide).map(session.inFlags)));
    else session.showOne(told, []);
    if (rotate === true) {
      for (const line of shownOnce(told.url, `; the one before is valid until ${textOf(told.previousValidUntil)}`)) session.hint(line);
      session.hint(`Next: when the registry has the new one, image-triggers hook rotate ${name} --keep newest`);
    } else session.showHints({ hint: told.hint, next: texts(told.next).length === 0 ? [] : [`GET /v1/hooks/${name}/guide?rotate=true`] });
  });
};
