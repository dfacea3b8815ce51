/** How long a step took, for its line of the log: what took less than a second is said by the function's own metrics, and logs are paid for by their bytes. */
export const slow = (ms: number): { readonly ms?: number } => (ms < 1_000 ? {} : { ms });
