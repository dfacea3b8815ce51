/**
 * The body that Alibaba Cloud's container registry posts to a trigger's address, so that a receiver written for it needs
 * no change. Source: the sample request in the vendor's page on webhooks ("镜像仓库触发器"), personal and enterprise alike.
 */
import { hostOf, type Image, pathOf } from '../core/image.ts';

/** `at` in milliseconds becomes the sender's own form: Beijing time without a zone. */
export const acrBody = (image: Image, at: number): object => {
  const path = pathOf(image.repository);
  const cut = path.lastIndexOf('/');
  const date = beijing(at);
  return {
    push_data: {
      ...(image.digest === undefined ? {} : { digest: image.digest }),
      pushed_at: date,
      ...(image.tag === undefined ? {} : { tag: image.tag }),
    },
    repository: {
      // When the repository was made, and whether it is private, is not known here; readers of the format want the fields all the same.
      date_created: date,
      name: path.slice(cut + 1),
      namespace: cut < 0 ? '' : path.slice(0, cut),
      region: regionOf(hostOf(image.repository)),
      repo_authentication_type: 'NO_CERTIFIED',
      repo_full_name: path,
      repo_origin_type: 'NO_CERTIFIED',
      repo_type: 'PRIVATE',
    },
  };
};

const BEIJING_MS = 8 * 3_600_000;

const beijing = (at: number): string => new Date(at + BEIJING_MS).toISOString().slice(0, 19).replace('T', ' ');

/** `registry.cn-hangzhou.aliyuncs.com`, `shop-registry-vpc.cn-beijing.cr.aliyuncs.com`, `1234.dkr.ecr.eu-west-1.amazonaws.com`: the label that is a region; "" where the host names none. */
const regionOf = (host: string): string => {
  if (!/\.(?:aliyuncs\.com|amazonaws\.com(?:\.cn)?)$/.test(host)) return '';
  return (
    host
      .split('.')
      .slice(1)
      .find((label) => /^[a-z]{2}(?:-[a-z]+)+(?:-\d+)?$/.test(label)) ?? ''
  );
};
