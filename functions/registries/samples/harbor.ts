import { ACTOR, cutPath, jsonDelivery, type Sample, type SamplePush, unixSecond } from './sample.ts';

/** Tencent's registry sends the same with another type. */
export const harborBody = (type: string, { host, path, tag, digest, at }: SamplePush) => {
  const { first: namespace, rest: name } = cutPath(path);
  return {
    type,
    occur_at: unixSecond(at),
    operator: ACTOR,
    event_data: {
      resources: [{ digest, tag, resource_url: `${host}/${path}:${tag}` }],
      repository: { date_created: unixSecond(at), name, namespace, repo_full_name: path, repo_type: 'private' },
    },
  };
};

export const harbor: Sample = { delivery: (push) => jsonDelivery(harborBody('PUSH_ARTIFACT', push), { 'user-agent': 'Go-http-client/1.1' }) };
