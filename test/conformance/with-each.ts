/** One suite over several implementations: each is started when its first test is, and stopped behind the last of the file. */
import { afterAll, describe, it } from 'vitest';
import type { Deviations } from './deviations.ts';
import type { Implementation, Service } from './implementations.ts';

export const withEach = (
  suite: string,
  implementations: readonly (readonly [Implementation, Deviations])[],
  ask: (name: string, start: () => Promise<Service>, deviations: Deviations) => void,
): void => {
  for (const [{ name, absent, start }, deviations] of implementations) {
    if (absent === undefined) {
      let service: Promise<Service> | undefined;
      afterAll(async () => (await service)?.stop());
      const once = (): Promise<Service> => {
        service ??= start();
        return service;
      };
      ask(name, once, deviations);
    } else {
      describe(`${suite} of ${name}`, () => {
        it('the whole suite', ({ skip }) => skip(absent));
      });
    }
  }
};
