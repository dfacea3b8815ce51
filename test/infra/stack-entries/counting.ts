/** Counts at the start and in what is loaded later, of one number. */
import { count } from './count.ts';

export const handler = async (): Promise<number> => {
  count();
  return (await import('./counting-later.ts')).countLater();
};
