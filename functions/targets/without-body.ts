import type { Exchange } from '../core/outcome.ts';

/** An exchange for a record, without what was sent: a manifest or a container's configuration may hold secrets. */
export const withoutBody = ({ request: { body: _, ...request }, ...rest }: Exchange): Exchange => ({ ...rest, request });
