import { readFileSync } from 'node:fs';
import { fields, textOf } from '../../functions/core/fields.ts';

export const version = (): string => textOf(fields(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))).version);
