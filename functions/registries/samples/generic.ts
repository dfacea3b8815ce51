import { imageText, jsonDelivery, type Sample } from './sample.ts';

export const generic: Sample = { delivery: (push) => jsonDelivery({ image: imageText(push) }) };
