import { ACTOR, cutPath, jsonDelivery, type Sample } from './sample.ts';

export const artifactory: Sample = {
  delivery: ({ host, path, tag, digest }) => {
    const { first, rest: image } = cutPath(path);
    // Where the repository has a host of its own, its name is no part of the path.
    const repository = first === '' ? (host.split('.', 1)[0] ?? '') : first;
    return jsonDelivery({
      domain: 'docker',
      event_type: 'pushed',
      data: {
        repo_key: repository,
        event_type: 'pushed',
        path: `${image}/${tag}/manifest.json`,
        name: 'manifest.json',
        sha256: digest?.replace(/^sha256:/, ''),
        size: 1_206,
        image_name: image,
        tag,
        platforms: [],
      },
      subscription_key: 'image-triggers',
      jpd_origin: `https://${host}`,
      source: `jfrog/${ACTOR}`,
    });
  },
};
