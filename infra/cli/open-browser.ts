/** The browser of whoever sits at this machine; nobody does where a Linux has no display. */
import { release } from 'node:os';

export const openBrowser = async (url: string): Promise<boolean> => {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && !/microsoft/i.test(release()) && (DISPLAY ?? WAYLAND_DISPLAY ?? '') === '') return false;
  try {
    const { default: open } = await import('open');
    const child = await open(url);
    // Not even being able to start one is said to the child, after the fact.
    return await new Promise((resolve) => {
      child.once('error', () => resolve(false));
      child.once('spawn', () => resolve(true));
      if (child.pid !== undefined) resolve(true);
    });
  } catch {
    return false;
  }
};
