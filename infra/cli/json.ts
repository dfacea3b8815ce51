export { type Fields, fields, isFields, list, textOf, texts } from '../../functions/core/fields.ts';
