import { isoTime, jsonDelivery, type Sample } from './sample.ts';

export const google: Sample = {
  delivery: ({ host, path, tag, digest, id, at }) => {
    const name = `${host}/${path}`;
    const message = { action: 'INSERT', digest: digest === undefined ? undefined : `${name}@${digest}`, tag: `${name}:${tag}` };
    const time = isoTime(at);
    return jsonDelivery(
      {
        message: { attributes: {}, data: btoa(JSON.stringify(message)), messageId: id, message_id: id, publishTime: time, publish_time: time },
        subscription: 'projects/test/subscriptions/image-triggers',
      },
      { 'user-agent': 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)', from: 'noreply@google.com' },
    );
  },
};
