/** What a trigger URL of an application takes: the patch of a Deployment with the image. */
import { imageText, jsonDelivery, type Sample } from './sample.ts';

export const appCenter: Sample = {
  delivery: (push) => {
    const name = push.path.slice(push.path.lastIndexOf('/') + 1);
    const containers = [{ name, image: imageText(push) }];
    return jsonDelivery({
      resource: { deployment: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { template: { spec: { containers } } } } },
    });
  },
};
