/**
 * A POST whose answer was lost is sent once more, under the Idempotency-Key that it had: the API answers it again, and does
 * nothing twice. While the first one still runs there, its answer is waited for.
 */

/** Longer than the API may take. */
const MOST_WAITS = 35;
const WAIT_MS = 1_000;

/** `send` sends the same request each time. */
export const sendAgain = async (send: () => Promise<Response>, pause: (ms: number) => Promise<void>): Promise<Response> => {
  const first = await send().catch((error: unknown) => {
    if (isLost(error)) return undefined;
    throw error;
  });
  if (first !== undefined && first.status !== 503) return first;
  // Read to its end, so that the connection is free.
  await first?.arrayBuffer();
  for (let waits = 1; ; waits += 1) {
    await pause(WAIT_MS);
    const answer = await send();
    if (waits === MOST_WAITS || !(await stillRuns(answer))) return answer;
  }
};

/** The connection broke: whether the request had come is not known. One that was refused had not. */
const isLost = (error: unknown): boolean => {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE' || cause.code === 'UND_ERR_SOCKET');
};

const stillRuns = async (answer: Response): Promise<boolean> => answer.status === 409 && (await answer.clone().text()).includes('"still-running"');
