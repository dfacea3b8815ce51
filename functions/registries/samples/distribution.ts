import { dockerEvent } from './docker-event.ts';
import { jsonDelivery, type Sample } from './sample.ts';

export const distribution: Sample = {
  delivery: (push) =>
    jsonDelivery(
      { events: [{ ...dockerEvent(push), source: { addr: push.host, instanceID: push.id } }] },
      { 'content-type': 'application/vnd.docker.distribution.events.v1+json', 'user-agent': 'Go-http-client/1.1' },
    ),
};
