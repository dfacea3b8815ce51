/** The contract of queues over the local engine and the others, and what these are known to do otherwise. */
import { sqsContract } from '../local/sqs-contract.ts';
import { fauxqs, localEngine, moto } from './implementations.ts';
import { withEach } from './with-each.ts';

withEach(
  'queues',
  [
    [localEngine, {}],
    [
      fauxqs,
      {
        'keeps the group of a message, by which a standard queue is fair': 'it drops MessageGroupId on standard queues',
        'gives no message attributes that were not asked for': 'it gives all of them, asked for or not',
        'deletes what it can of a batch, and names the receipt that is none': 'it answers success for any receipt',
        'refuses a delay that is too long': 'it takes any DelaySeconds of a message',
        'gives a dead letter back to its queue by a move task': 'it has no StartMessageMoveTask',
      },
    ],
    [
      moto,
      {
        'refuses characters that XML does not have': 'it takes U+0000 in a body',
        'refuses an empty body': 'it takes an empty body',
        'gives a dead letter back to its queue by a move task': 'it has no StartMessageMoveTask',
      },
    ],
  ],
  sqsContract,
);
