import { ACTOR, cutPath, isoSecond, jsonDelivery, type Sample } from './sample.ts';

const MANIFEST = 'application/vnd.docker.distribution.manifest.list.v2+json';
/** GitHub's own zero time. */
const NEVER = '0001-01-01T00:00:00Z';

export const ghcr: Sample = {
  host: 'ghcr.io',
  delivery: ({ host, path, tag, digest, id, at }) => {
    const { first: namespace, rest: name } = cutPath(path);
    const owner = { login: namespace, type: 'Organization' };
    return jsonDelivery(
      {
        action: 'published',
        package: {
          name,
          namespace,
          description: '',
          ecosystem: 'CONTAINER',
          package_type: 'CONTAINER',
          created_at: isoSecond(at),
          updated_at: isoSecond(at),
          owner,
          package_version: {
            version: digest ?? '',
            name: digest ?? '',
            created_at: NEVER,
            updated_at: NEVER,
            container_metadata: {
              tag: { name: tag, digest: digest ?? '' },
              labels: { description: '', source: '', revision: '', licenses: '' },
              manifest: { digest: digest ?? '', media_type: MANIFEST, size: 685, config: { digest: '', media_type: '', size: 0 }, layers: [] },
            },
            package_url: `${host}/${path}:${tag}`,
          },
          registry: { name: 'GitHub CONTAINER registry', type: 'CONTAINER', vendor: 'GitHub Inc' },
        },
        repository: { name, full_name: path, owner },
        sender: { login: ACTOR, type: 'User' },
      },
      { 'user-agent': 'GitHub-Hookshot/044aadd', 'x-github-event': 'package', 'x-github-delivery': id },
    );
  },
};
