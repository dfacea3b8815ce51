/** The command that sets the secret of a hook whose kind of credential is known, as a body or the API has it. */
import { type Fields, textOf } from '../../functions/core/fields.ts';

export const setSecret = (hook: string, { by, name }: Fields): string => {
  const kind = by === 'basic' ? 'basic:USER' : name === undefined ? textOf(by) : `${textOf(by)}:${textOf(name)}`;
  return `image-triggers hook update ${hook} --credential ${kind} --credential-file FILE`;
};
