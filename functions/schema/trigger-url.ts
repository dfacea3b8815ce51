/** The body that makes a trigger URL. Which registry it may speak for is optional: the images of its application say the rest. */
import * as z from 'zod/mini';
import { hookParts } from './hook.ts';

const { registryHost, hostAliases, repositories } = hookParts;

export const triggerUrlBody = z.strictObject({ get: z.optional(z.boolean()), registryHost, hostAliases, repositories });
