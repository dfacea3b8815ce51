import { ACTOR, cutPath, isoSecond, jsonDelivery, type Sample } from './sample.ts';

export const gitea: Sample = {
  delivery: ({ host, path, tag, id, at }) => {
    const { first: owner, rest: name } = cutPath(path);
    const user = { id: 1, login: ACTOR, username: ACTOR };
    return jsonDelivery(
      {
        action: 'created',
        repository: null,
        package: {
          id: 7,
          owner: { id: 3, login: owner, html_url: `https://${host}/${owner}`, username: owner },
          repository: null,
          creator: user,
          type: 'container',
          name,
          version: tag,
          html_url: `https://${host}/${owner}/-/packages/container/${encodeURIComponent(name)}/${tag}`,
          created_at: isoSecond(at),
        },
        sender: user,
      },
      {
        'user-agent': 'Go-http-client/1.1',
        'x-gitea-delivery': id,
        'x-gitea-event': 'package',
        'x-gitea-event-type': 'package',
        'x-gogs-delivery': id,
        'x-gogs-event': 'package',
        'x-github-delivery': id,
        'x-github-event': 'package',
      },
    );
  },
};
