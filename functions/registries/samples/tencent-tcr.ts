import { harborBody } from './harbor.ts';
import { jsonDelivery, type Sample } from './sample.ts';

export const tencentTcr: Sample = { delivery: (push) => jsonDelivery(harborBody('pushImage', push)) };
