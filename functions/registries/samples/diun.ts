import { isoSecond, jsonDelivery, type Sample } from './sample.ts';

export const diun: Sample = {
  delivery: ({ host, path, tag, digest, at }) =>
    jsonDelivery(
      {
        diun_version: '4.24.0',
        hostname: 'image-triggers-test',
        status: 'update',
        provider: 'file',
        image: `${host}/${path}:${tag}`,
        mime_type: 'application/vnd.docker.distribution.manifest.list.v2+json',
        digest,
        created: isoSecond(at),
        platform: 'linux/amd64',
      },
      { 'user-agent': 'diun/4.24.0' },
    ),
};
