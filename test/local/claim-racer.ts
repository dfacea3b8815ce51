/** A process that claims a directory when it is told to, for `claim.test.ts`. */
import { claim } from '../../infra/local/claim.ts';

let free = (): void => undefined;
const answer = (message: unknown): string => {
  if (message === 'free') {
    free();
    free = () => undefined;
    return 'freed';
  }
  try {
    free = claim(String(message));
    return 'claimed';
  } catch (error) {
    return error instanceof Error && error.message.includes('already: stop it') ? 'refused' : String(error);
  }
};

process.on('message', (message) => process.send?.(answer(message)));
process.on('disconnect', () => process.exit(0));
process.send?.('up');
