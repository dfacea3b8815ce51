/** `--keep`: what is done where two URLs or secrets of a hook are valid already. One of them ends at once, so it is asked for. */
import { type Command, Option } from 'commander';

/** `former` and `newest`: what each does. */
export const addKeepFlag = (command: Command, what: string, choices: readonly string[] = ['former', 'newest']): Command =>
  command.addOption(new Option('--keep <which>', what).choices(choices));

export const endsAtOnce = (what: 'URL' | 'secret' | 'URL and secret', keep: string, hook: string): string =>
  `End the ${keep === 'newest' ? 'former' : 'newest'} ${what} of the hook ${hook} now, so that what is sent with it is refused?`;
