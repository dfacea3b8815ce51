/** The browser of whoever sits at this machine; nobody does where a Linux has no display. */
import { release } from 'node:os';

export const openBrowser = async (url: string): Promise<boolean> => {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && !/microsoft/i.test(release()) && (DISPLAY ?? WAYLAND_DISPLAY ?? '') === '') return false;
  try {
    const { default: open } = await import('open');
    const child = await open(url);
    // One that could not be started says why after the fact; that it has no id is known at once.
    child.once('error', () => undefined);
    return child.pid !== undefined;
  } catch {
    return false;
  }
};
