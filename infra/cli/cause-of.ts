/** Why a `fetch` failed, which it hides one level down. */
export const causeOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? (cause.message === '' ? cause.name : cause.message) : String(cause);
};
