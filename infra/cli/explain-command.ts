/** `image-triggers explain`: what a push would do. */
import { type Command, Option } from 'commander';
import { callIdOf, examples, nameOf } from './flags.ts';
import { type Io, misused } from './io.ts';
import { begin, withQuery } from './session.ts';
import { showDecisions } from './show-decisions.ts';

export const addExplainCommand = (program: Command, io: Io): void => {
  examples(
    program
      .command('explain [image]')
      .description('say which triggers a push of this image would fire, what would then become of it, and why each other would not fire')
      .option('--hook <name>', 'as if it came through this hook', nameOf)
      .addOption(new Option('--call <id>', 'what the push of this call would do now').argParser(callIdOf).conflicts('hook')),
    'explain registry.example.com/shop/web:release-v3',
    'explain registry.example.com/shop/web:release-v3 --hook acr --lang zh',
    'explain --call 01JZ0000000000000000000000.release',
  ).action(async (image: string | undefined, { hook, call }: { hook?: string; call?: string }, command: Command) => {
    if ((image === undefined) === (call === undefined)) throw misused('give an image, as host/path:tag, or --call ID for the one of a call, and not both');
    const session = await begin(command, io);
    const body = { image, hook, call };
    showDecisions(session, await session.ask({ method: 'POST', path: withQuery('/v1/explain', { lang: session.lang }), body }));
  });
};
