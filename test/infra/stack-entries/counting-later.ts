import { count } from './count.ts';

export const countLater = count;
