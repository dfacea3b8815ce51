/** One end for a chain of waits: the caller's signal or a time, whichever is first; no timer is left behind. */

export const withDeadline = async <T>(signal: AbortSignal, timeoutMs: number, work: (deadline: AbortSignal) => Promise<T>): Promise<T> => {
  const controller = new AbortController();
  const follow = (): void => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(new DOMException('out of time', 'TimeoutError')), timeoutMs);
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', follow);
  }
};

/** For work that cannot be cancelled: its late answer is dropped. */
export const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
