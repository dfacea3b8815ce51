/** The event that Distribution, and Azure after it, tells of the manifest of an image: `../docker-event.ts` reads it. */
import { ACTOR, isoTime, type SamplePush } from './sample.ts';

export const dockerEvent = ({ host, path, tag, digest, id, at }: SamplePush) => ({
  id,
  timestamp: isoTime(at),
  action: 'push',
  target: { mediaType: 'application/vnd.docker.distribution.manifest.v2+json', size: 423, digest, length: 423, repository: path, tag },
  request: { id: `request-${id}`, host, method: 'PUT', useragent: 'docker/24.0.7' },
  actor: { name: ACTOR },
});
