import { ACTOR, isoTime, jsonDelivery, type Sample } from './sample.ts';

const MEDIA_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: `sha256:${'0'.repeat(64)}`, size: 190 };

export const zot: Sample = {
  delivery: ({ path, tag, digest, id, at }) =>
    jsonDelivery(
      {
        actor: { name: ACTOR },
        digest,
        manifest: JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE, config: CONFIG, layers: [] }),
        mediaType: MEDIA_TYPE,
        name: path,
        reference: tag,
        request: { addr: '127.0.0.1:12345', method: 'PUT', useragent: 'docker/24.0.7' },
      },
      {
        'user-agent': 'Go-http-client/1.1',
        'ce-id': id,
        'ce-source': 'zotregistry.dev',
        'ce-specversion': '1.0',
        'ce-time': isoTime(at),
        'ce-type': 'zotregistry.image.updated',
      },
    ),
};
