/** What comes of each, in their order; `width` of them are under way at once. Where one fails, those after its group are not begun. */
export const inParallel = async <T, R>(items: readonly T[], width: number, each: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += width) results.push(...(await Promise.all(items.slice(i, i + width).map((item) => each(item)))));
  return results;
};
