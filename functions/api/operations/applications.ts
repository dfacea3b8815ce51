/** Applications. */
import { applicationBody, applicationPatch } from '../../schema/application.ts';
import { applicationsQuery, deleteQuery, emptyBody, langQuery, noQuery } from '../../schema/request.ts';
import type { Operation } from '../operation.ts';

const APPLICATION = { path: '/v1/applications/:name', names: 'application', query: noQuery, body: emptyBody } as const;

export const APPLICATION_OPERATIONS = {
  createApplication: {
    method: 'POST',
    path: '/v1/applications',
    summary: 'Make an application',
    query: noQuery,
    body: applicationBody,
    etag: true,
    example: { name: 'web', target: { kind: 'http', url: 'https://deploy.example.com/hook' }, policy: { quietSeconds: 30, maxPerHour: 6 } },
    answers: { 201: 'ApplicationMade' },
    problems: ['name-taken', 'being-removed', 'changed-meanwhile'],
  },
  listApplications: {
    method: 'GET',
    path: '/v1/applications',
    summary: 'List applications by name; all, or those that are asked for',
    query: applicationsQuery,
    body: emptyBody,
    answers: { 200: 'ApplicationList' },
    problems: [],
  },
  getApplication: {
    ...APPLICATION,
    etag: true,
    method: 'GET',
    summary: 'Show an application with what it runs, wants and waits for',
    query: langQuery,
    answers: { 200: 'ApplicationSeen' },
    problems: [],
  },
  changeApplication: {
    ...APPLICATION,
    etag: true,
    method: 'PATCH',
    summary: 'Change an application; null takes a field of the policy, a parameter or the source away',
    body: applicationPatch,
    example: { policy: { quietSeconds: 60, maxPerHour: null } },
    answers: { 200: 'ApplicationMade' },
    problems: ['changed-meanwhile'],
  },
  deleteApplication: {
    ...APPLICATION,
    etag: true,
    method: 'DELETE',
    summary: 'Delete an application that no trigger names; with force=true, also one that triggers name',
    query: deleteQuery,
    answers: { 200: 'Deleted' },
    problems: ['application-in-use', 'changed-meanwhile'],
  },
  grantApplication: {
    ...APPLICATION,
    method: 'GET',
    path: '/v1/applications/:name/grant',
    summary: 'Give the smallest role that the target needs, as a CloudFormation template',
    answers: { 200: 'Grant' },
    problems: [],
  },
  enableApplication: {
    ...APPLICATION,
    etag: true,
    method: 'POST',
    path: '/v1/applications/:name/enable',
    summary: 'Deploy again what is pushed',
    answers: { 200: 'Application' },
    problems: ['changed-meanwhile'],
  },
  disableApplication: {
    ...APPLICATION,
    etag: true,
    method: 'POST',
    path: '/v1/applications/:name/disable',
    summary: 'Deploy nothing: calls end as skipped',
    answers: { 200: 'Application' },
    problems: ['changed-meanwhile'],
  },
} as const satisfies Record<string, Operation>;
