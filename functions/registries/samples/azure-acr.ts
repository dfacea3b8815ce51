import { dockerEvent } from './docker-event.ts';
import { jsonDelivery, type Sample } from './sample.ts';

export const azureAcr: Sample = {
  delivery: (push) => jsonDelivery(dockerEvent(push), { 'user-agent': 'AzureContainerRegistry/1.0' }),
};
