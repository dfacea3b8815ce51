/** Every route of the API, by its operation id. */
import type { Operation } from '../operation.ts';
import { APPLICATION_OPERATIONS } from './applications.ts';
import { CALL_OPERATIONS } from './calls.ts';
import { HOOK_OPERATIONS } from './hooks.ts';
import { OTHER_OPERATIONS } from './others.ts';
import { TEMPLATE_OPERATIONS } from './templates.ts';
import { TRIGGER_OPERATIONS } from './triggers.ts';
import { WISH_OPERATIONS } from './wishes.ts';

export const OPERATIONS = {
  ...HOOK_OPERATIONS,
  ...TRIGGER_OPERATIONS,
  ...APPLICATION_OPERATIONS,
  ...WISH_OPERATIONS,
  ...TEMPLATE_OPERATIONS,
  ...CALL_OPERATIONS,
  ...OTHER_OPERATIONS,
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof OPERATIONS;
