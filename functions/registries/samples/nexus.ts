import { ACTOR, isoTime, jsonDelivery, type Sample } from './sample.ts';

export const nexus: Sample = {
  delivery: ({ path, tag, id, at }) =>
    jsonDelivery(
      {
        timestamp: isoTime(at).replace('Z', '+0000'),
        nodeId: '8C4F3E91-CD46AFE0-61B8403D-94526884-19AC4E06',
        initiator: `${ACTOR}/127.0.0.1`,
        repositoryName: 'docker-hosted',
        action: 'CREATED',
        component: { id: 'c770169c0b2e3ed8357368b43d4da3d8', componentId: id, format: 'docker', name: path, version: tag },
      },
      { 'content-type': 'application/json; charset=UTF-8', 'x-nexus-webhook-id': 'rm:repository:component', 'x-nexus-webhook-delivery': id },
    ),
};
