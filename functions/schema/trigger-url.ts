/** The body that makes a trigger URL. Which registry it may speak for is optional: the images of its application say the rest. */
import * as z from 'zod/mini';
import { hookParts } from './hook.ts';

const { registryHost, hostAliases, repositories } = hookParts;

/** Who is given it: ids say nothing to whoever has to revoke one. */
const label = z.optional(z.string().check(z.minLength(1), z.maxLength(100)));

export const triggerUrlBody = z.strictObject({ label, get: z.optional(z.boolean()), registryHost, hostAliases, repositories });
