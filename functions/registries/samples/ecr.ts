import { ecrRegion } from '../../core/ecr-host.ts';
import { isoSecond, jsonDelivery, type Sample } from './sample.ts';

export const ecr: Sample = {
  delivery: ({ host, path, tag, digest, id, at }) =>
    jsonDelivery(
      {
        version: '0',
        id,
        'detail-type': 'ECR Image Action',
        source: 'aws.ecr',
        account: host.slice(0, 12),
        time: isoSecond(at),
        region: ecrRegion(host) ?? '',
        resources: [],
        detail: { result: 'SUCCESS', 'repository-name': path, 'image-digest': digest, 'action-type': 'PUSH', 'image-tag': tag },
      },
      { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Amazon/EventBridge/ApiDestinations' },
    ),
};
