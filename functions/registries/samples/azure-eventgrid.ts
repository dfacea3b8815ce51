import { dockerEvent } from './docker-event.ts';
import { isoTime, jsonDelivery, type Sample } from './sample.ts';

export const azureEventgrid: Sample = {
  delivery: (push) => {
    const name = push.host.split('.', 1)[0] ?? '';
    const event = {
      id: push.id,
      topic: `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/test/providers/Microsoft.ContainerRegistry/registries/${name}`,
      subject: `${push.path}:${push.tag}`,
      eventType: 'Microsoft.ContainerRegistry.ImagePushed',
      eventTime: isoTime(push.at),
      data: dockerEvent(push),
      dataVersion: '1.0',
      metadataVersion: '1',
    };
    return jsonDelivery([event], { 'aeg-event-type': 'Notification' });
  },
};
