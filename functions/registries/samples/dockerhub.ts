import { ACTOR, cutPath, jsonDelivery, type Sample, unixSecond } from './sample.ts';

export const dockerhub: Sample = {
  host: 'docker.io',
  delivery: ({ path, tag, at }) => {
    const { first: namespace, rest: name } = cutPath(path);
    return jsonDelivery({
      callback_url: `https://registry.hub.docker.com/u/${path}/hook/test/`,
      push_data: { pushed_at: unixSecond(at), pusher: ACTOR, tag },
      repository: {
        comment_count: 0,
        date_created: unixSecond(at),
        description: '',
        is_official: false,
        is_private: true,
        name,
        namespace,
        owner: namespace,
        repo_name: path,
        repo_url: `https://hub.docker.com/r/${path}`,
        star_count: 0,
        status: 'Active',
      },
    });
  },
};
