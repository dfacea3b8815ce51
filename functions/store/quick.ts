/** How long a client may take for a secret: two tries of at most 3 s are over long before the attempt that waits for them. Without `throwOnRequestTimeout` the SDK only warns. */
export const QUICK = { maxAttempts: 2, requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true } } as const;

/** For the tables and queues, which every step stands on: three tries × 3 s, so that a killed function's last write lands within the lease's margin. Without the throw the SDK would only warn, and wait on. */
export const STEADY = { ...QUICK, maxAttempts: 3 } as const;
