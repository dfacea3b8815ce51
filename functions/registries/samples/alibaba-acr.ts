import { cutPath, jsonDelivery, type Sample } from './sample.ts';

const REGION = /\.([a-z]+-[a-z0-9-]+)(?:\.personal)?(?:\.cr)?\.aliyuncs\.com$/;
/** Beijing time, without saying so. */
const localTime = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

export const alibabaAcr: Sample = {
  delivery: ({ host, path, tag, digest, at }) => {
    const { first: namespace, rest: name } = cutPath(path);
    return jsonDelivery({
      push_data: { digest, pushed_at: localTime(at), tag },
      repository: {
        date_created: '2016-10-28 21:31:42',
        name,
        namespace,
        region: REGION.exec(host)?.[1] ?? 'cn-hangzhou',
        repo_authentication_type: 'NO_CERTIFIED',
        repo_full_name: path,
        repo_origin_type: 'NO_CERTIFIED',
        repo_type: 'PUBLIC',
      },
    });
  },
};
