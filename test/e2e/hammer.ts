/** Clients that ask one address without a pause, some over connections that they keep and some over new ones, and count what they get. */
import { Agent, get } from 'node:http';

export interface Hammer {
  readonly answers: ReadonlyMap<string, number>;
  /** What went wrong: errors and statuses other than 200. */
  readonly failures: readonly string[];
  total(): number;
  stop(): Promise<void>;
}

/** `seen` takes what is counted out of an answer: the colour of a page. */
export const startHammer = (url: string, seen: (body: string) => string, clients = 6): Hammer => {
  const answers = new Map<string, number>();
  const failures: string[] = [];
  const kept = new Agent({ keepAlive: true });
  let running = true;
  const ask = (agent: Agent | false): Promise<void> =>
    new Promise((resolve) => {
      const asked = get(url, { agent }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          body += piece;
        });
        response.on('end', () => {
          if (response.statusCode === 200) answers.set(seen(body), (answers.get(seen(body)) ?? 0) + 1);
          else failures.push(`${response.statusCode}: ${body.slice(0, 100)}`);
          resolve();
        });
        response.on('error', (error) => {
          failures.push(error.message);
          resolve();
        });
      });
      asked.on('error', (error) => {
        failures.push(error.message);
        resolve();
      });
    });
  const loops = Array.from({ length: clients }, async (_, n) => {
    while (running) await ask(n % 2 === 0 ? kept : false);
  });
  return {
    answers,
    failures,
    total: () => [...answers.values()].reduce((sum, count) => sum + count, failures.length),
    stop: async () => {
      running = false;
      await Promise.all(loops);
      kept.destroy();
    },
  };
};
