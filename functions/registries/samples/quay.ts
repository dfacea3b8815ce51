import { cutPath, jsonDelivery, type Sample } from './sample.ts';

export const quay: Sample = {
  host: 'quay.io',
  delivery: ({ host, path, tag }) => {
    const { first: namespace, rest: name } = cutPath(path);
    return jsonDelivery(
      { name, repository: path, namespace, docker_url: `${host}/${path}`, homepage: `https://${host}/repository/${path}`, updated_tags: [tag] },
      { 'user-agent': 'python-requests/2.x' },
    );
  },
};
