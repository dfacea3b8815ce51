/** What lies behind the API, for whoever operates it: queues, alarms, the version. One interface over the local engine and a stack. */
import type { Io } from '../io.ts';
import type { Place } from '../place.ts';
import { insideEngine } from './engine.ts';
import { insideStack } from './stack.ts';

export interface Inside {
  readonly version: string | undefined;
  /** Queues of what could not be done. */
  deadLetters(): Promise<readonly DeadLetters[]>;
  /** Sends what lies in one back to where it came from; how many those were. */
  redrive(queue: DeadLetters): Promise<number>;
  /** Undefined where there are none. */
  readonly alarms?: () => Promise<readonly RingingAlarm[]>;
}

export interface DeadLetters {
  /** `pushes`, `deployments`; of EventBridge `tick`, `ecr`. */
  readonly name: string;
  readonly url: string;
  readonly messages: number;
  /** Those of EventBridge came from no queue, so SQS cannot send them back. */
  readonly redrivable: boolean;
}

export interface RingingAlarm {
  readonly name: string;
  readonly says: string;
}

export const openInside = (place: Place, io: Io): Promise<Inside> =>
  place.kind === 'stack' ? insideStack(place.stack, place.region, io) : insideEngine(place.directory, io);
