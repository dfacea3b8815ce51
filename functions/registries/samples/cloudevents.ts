import { isoTime, jsonDelivery, type Sample } from './sample.ts';

export const cloudevents: Sample = {
  delivery: ({ host, path, tag, digest, id, at }) =>
    jsonDelivery(
      {
        specversion: '1.0',
        id,
        type: 'com.example.image.pushed',
        source: `https://${host}`,
        subject: `${path}:${tag}`,
        time: isoTime(at),
        datacontenttype: 'application/json',
        data: { repository: `${host}/${path}`, tag, digest },
      },
      { 'content-type': 'application/cloudevents+json' },
    ),
};
