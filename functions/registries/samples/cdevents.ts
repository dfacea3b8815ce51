import { ACTOR, isoTime, jsonDelivery, type Sample } from './sample.ts';

const TYPE = 'dev.cdevents.artifact.published.0.3.0';
const SOURCE = '/image-triggers/test';

export const cdevents: Sample = {
  delivery: ({ host, path, tag, digest, id, at }) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const version = digest === undefined ? '' : `@${encodeURIComponent(digest)}`;
    return jsonDelivery(
      {
        context: { specversion: '0.6.0-draft', id, source: SOURCE, type: TYPE, timestamp: isoTime(at) },
        subject: { id: `pkg:oci/${name}${version}?repository_url=${host}/${path}&tag=${tag}`, source: SOURCE, content: { user: ACTOR } },
      },
      { 'ce-specversion': '1.0', 'ce-type': TYPE, 'ce-time': isoTime(at), 'ce-id': id, 'ce-source': SOURCE },
    );
  },
};
