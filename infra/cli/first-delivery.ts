/** Waiting for the first delivery through a webhook that was just made. */

import type { Fields } from '../../functions/core/fields.ts';
import { textOf } from '../../functions/core/fields.ts';
import { deliveriesOf } from './hook-deliveries-command.ts';
import type { Session } from './session.ts';

const STEP_SECONDS = 2;

/** Those that there are already. */
export const knownDeliveries = async (name: string, session: Session): Promise<ReadonlySet<string>> =>
  new Set((await deliveriesOf(name, session)).map(({ id }) => textOf(id)));

/** The first that is not known; undefined when none came in time. A look that fails is made again: the webhook is there all the same. */
export const firstDelivery = async (name: string, known: ReadonlySet<string>, seconds: number, session: Session): Promise<Fields | undefined> => {
  for (let waited = 0; waited < seconds; waited += STEP_SECONDS) {
    await session.io.pause(STEP_SECONDS * 1_000);
    const [first] = (await deliveriesOf(name, session).catch(() => [])).filter(({ id }) => !known.has(textOf(id))).reverse();
    if (first !== undefined) return first;
  }
  return undefined;
};

/** `Harbor reached the hook: ignored, a test of the webhook` */
export const deliveryText = (registry: string, { verdict, why }: Fields): string =>
  `${registry} reached the hook: ${textOf(verdict)}${textOf(why) === '' ? '' : `, ${textOf(why)}`}`;
