/** What a rollout is known by between two looks. */
export interface Handle {
  /** Of the container that is to take over, or has. */
  readonly id: string;
  /** Of the one that it takes the place of. */
  readonly from?: string;
  /** Why the daemon did not start it. */
  readonly error?: string;
  /** Fields of the template that mean nothing here. */
  readonly ignored?: readonly string[];
}

export const writeHandle = (handle: Handle): string => JSON.stringify(handle);

export const readHandle = (text: string): Handle => {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'string')
    throw new Error('the handle of a rollout names no container: it was not written by this target');
  return {
    id: value.id,
    ...('from' in value && typeof value.from === 'string' ? { from: value.from } : {}),
    ...('error' in value && typeof value.error === 'string' ? { error: value.error } : {}),
    ...('ignored' in value && Array.isArray(value.ignored) ? { ignored: value.ignored.filter((field) => typeof field === 'string') } : {}),
  };
};
