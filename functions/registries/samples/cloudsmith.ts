import { ACTOR, cutPath, isoTime, jsonDelivery, type Sample } from './sample.ts';

export const cloudsmith: Sample = {
  host: 'docker.cloudsmith.io',
  delivery: ({ path, tag, digest, id, at }) => {
    const { first: namespace, rest } = cutPath(path);
    const { first: repository, rest: name } = cutPath(rest);
    const now = isoTime(at).replace('Z', '+00:00');
    return jsonDelivery({
      data: {
        extension: '.docker',
        filename: `${name}.docker`,
        format: 'docker',
        is_sync_completed: true,
        name,
        namespace,
        repository,
        stage_str: 'Fully Synchronised',
        status_str: 'Completed',
        subtype: 'image',
        tags: { version: [tag] },
        type_display: 'image',
        uploaded_at: isoTime(at),
        uploader: ACTOR,
        version: digest?.replace(/^sha256:/, ''),
      },
      meta: { attempt_at: now, event_at: now, event_id: 'package.synced', trigger_id: id, webhook_id: 1 },
    });
  },
};
