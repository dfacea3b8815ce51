/** Triggers, and what a push would do. */
import { emptyBody, explainBody, langQuery, noQuery, triggersQuery } from '../../schema/request.ts';
import { triggerBody, triggerPatch } from '../../schema/trigger.ts';
import type { Operation } from '../operation.ts';

const TRIGGER = { path: '/v1/triggers/:name', names: 'trigger', query: noQuery, body: emptyBody } as const;

export const TRIGGER_OPERATIONS = {
  createTrigger: {
    method: 'POST',
    path: '/v1/triggers',
    summary: 'Make a trigger that hears a hook, or with "registry" makes one of its own name, whose URL is in this answer and in no other',
    query: noQuery,
    body: triggerBody,
    etag: true,
    example: {
      name: 'web-release',
      registry: 'dockerhub',
      repository: 'docker.io/shop/web',
      rule: { mode: 'expression', expression: 'release-v.*' },
      application: 'web',
    },
    answers: { 201: 'TriggerMade' },
    problems: ['name-taken', 'being-created', 'too-many-triggers', 'changed-meanwhile', 'secret-unavailable'],
  },
  listTriggers: {
    method: 'GET',
    path: '/v1/triggers',
    summary: 'List triggers by name, perhaps those of an application, a hook or a repository',
    query: triggersQuery,
    body: emptyBody,
    answers: { 200: 'TriggerList' },
    problems: [],
  },
  getTrigger: {
    ...TRIGGER,
    etag: true,
    method: 'GET',
    summary: 'Show a trigger, and what keeps pushes from it',
    answers: { 200: 'TriggerSeen' },
    problems: [],
  },
  changeTrigger: {
    ...TRIGGER,
    etag: true,
    method: 'PATCH',
    summary: 'Change the rule, the application or the hook of a trigger',
    body: triggerPatch,
    example: { rule: { mode: 'semver', range: '^1.4' } },
    answers: { 200: 'Trigger' },
    problems: ['changed-meanwhile'],
  },
  deleteTrigger: { ...TRIGGER, etag: true, method: 'DELETE', summary: 'Delete a trigger', answers: { 200: 'Deleted' }, problems: ['changed-meanwhile'] },
  enableTrigger: {
    ...TRIGGER,
    etag: true,
    method: 'POST',
    path: '/v1/triggers/:name/enable',
    summary: 'Let pushes fire the trigger again',
    answers: { 200: 'Trigger' },
    problems: ['changed-meanwhile'],
  },
  disableTrigger: {
    ...TRIGGER,
    etag: true,
    method: 'POST',
    path: '/v1/triggers/:name/disable',
    summary: 'Let no push fire the trigger',
    answers: { 200: 'Trigger' },
    problems: ['changed-meanwhile'],
  },
  explain: {
    method: 'POST',
    path: '/v1/explain',
    summary: 'Say what a push of an image, or of a call, would do now; nothing is changed',
    query: langQuery,
    body: explainBody,
    example: { image: 'docker.io/shop/web:release-v1.4.2' },
    answers: { 200: 'Explained' },
    problems: [],
  },
} as const satisfies Record<string, Operation>;
