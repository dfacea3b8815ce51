/** The template of an application, and its trigger URLs. */
import { emptyBody, noQuery } from '../../schema/request.ts';
import { diffQuery, TEMPLATE_BODY_BYTES, templateBody, versionsQuery } from '../../schema/template.ts';
import { triggerUrlBody } from '../../schema/trigger-url.ts';
import type { Operation } from '../operation.ts';

const TEMPLATE = { path: '/v1/applications/:name/template', names: 'application', query: noQuery, body: emptyBody } as const;
const TRIGGER_URL = { path: '/v1/applications/:name/trigger-urls', names: 'application', query: noQuery, body: emptyBody } as const;

export const TEMPLATE_OPERATIONS = {
  getTemplate: {
    ...TEMPLATE,
    etag: true,
    method: 'GET',
    summary: 'Show the newest version of the template, with its images and parameters',
    answers: { 200: 'Template' },
    problems: ['no-template'],
  },
  putTemplate: {
    ...TEMPLATE,
    etag: true,
    method: 'PUT',
    summary: 'Put a new version of the template; nothing is deployed by that',
    body: templateBody,
    example: { text: 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n', why: 'two replicas', from: 3 },
    most: TEMPLATE_BODY_BYTES,
    answers: { 200: 'TemplatePut', 201: 'TemplatePut' },
    problems: ['git-source', 'changed-meanwhile'],
  },
  listTemplateVersions: {
    ...TEMPLATE,
    method: 'GET',
    path: '/v1/applications/:name/template/versions',
    summary: 'List the versions of the template, the newest first',
    query: versionsQuery,
    answers: { 200: 'TemplateVersionList' },
    problems: [],
  },
  getTemplateVersion: {
    ...TEMPLATE,
    method: 'GET',
    path: '/v1/applications/:name/template/versions/:version',
    summary: 'Show a version of the template, and what it changed',
    answers: { 200: 'TemplateVersion' },
    problems: [],
  },
  diffTemplate: {
    ...TEMPLATE,
    method: 'GET',
    path: '/v1/applications/:name/template/diff',
    summary: 'Compare two versions of the template; without any, the newest with the one before it',
    query: diffQuery,
    answers: { 200: 'TemplateDiff' },
    problems: ['no-template'],
  },
  createTriggerUrl: {
    ...TRIGGER_URL,
    method: 'POST',
    summary: 'Make a URL that deploys the application; it is in this answer and in no other',
    body: triggerUrlBody,
    example: { label: 'ci', get: false, registryHost: 'registry.example.com' },
    answers: { 201: 'TriggerUrlMade' },
    problems: ['too-many-trigger-urls', 'changed-meanwhile'],
  },
  listTriggerUrls: { ...TRIGGER_URL, method: 'GET', summary: 'List the trigger URLs, without the URLs', answers: { 200: 'TriggerUrlList' }, problems: [] },
  revokeTriggerUrl: {
    ...TRIGGER_URL,
    method: 'DELETE',
    path: '/v1/applications/:name/trigger-urls/:id',
    summary: 'Revoke a trigger URL, at once',
    answers: { 200: 'TriggerUrlDeleted' },
    problems: [],
  },
} as const satisfies Record<string, Operation>;
