/** Of calls: those whose end nobody knows. An alarm rings for them on AWS, for some minutes; here for a day, and everywhere. */
import { list, textOf } from '../../../functions/core/fields.ts';
import { shellWord } from '../shell-word.ts';
import { type Check, command } from './finding.ts';

const SHOWN = 20;

export const checkCalls: Check = async ({ session }) => {
  const { items, cursor } = await session.ask({ method: 'GET', path: `/v1/calls?status=unknown&since=24h&limit=${SHOWN}` });
  const unknown = list(items);
  const [newest] = unknown;
  if (newest === undefined) return [];
  const many = cursor === undefined ? `${unknown.length}` : `more than ${SHOWN}`;
  return [
    {
      about: 'calls',
      what: `of the last day ${many} ended unknown: the target gave no answer; the newest is ${textOf(newest.id)}`,
      cure: `look at the target, then  ${command(`call redeliver ${shellWord(textOf(newest.id))}`)}`,
    },
  ];
};
