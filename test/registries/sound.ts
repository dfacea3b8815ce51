import type { Reading } from '../../functions/registries/registry.ts';

/** Whether people can make something of a reading: sentences that are neither empty nor a body of their own. */
export const isSound = (reading: Reading): boolean =>
  reading.is === 'handshake' ||
  (reading.is === 'unreadable'
    ? reading.why.length > 20 && reading.why.length < 500
    : reading.ignored.every(({ why, reference }) => why.length > 10 && why.length < 500 && (reference ?? '').length <= 1_000));
