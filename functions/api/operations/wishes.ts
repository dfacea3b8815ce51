/** What people ask of an application. */
import { emptyBody, langQuery, noQuery } from '../../schema/request.ts';
import { deployBody, rejectBody, rollbackBody, whyBody } from '../../schema/wish.ts';
import type { Operation } from '../operation.ts';

const WISH = { method: 'POST', names: 'application', query: langQuery, body: emptyBody } as const;

export const WISH_OPERATIONS = {
  deploy: {
    ...WISH,
    path: '/v1/applications/:name/deploy',
    summary: 'Deploy an image, and hold what is pushed from now on',
    body: deployBody,
    example: { image: 'docker.io/shop/web:v1.4.2', why: 'hot fix' },
    answers: { 202: 'CallAsked' },
    problems: ['application-disabled', 'git-source', 'rejected'],
  },
  rollBack: {
    ...WISH,
    path: '/v1/applications/:name/rollback',
    summary: 'Go back to what ran before, to a call or to a version of the template, and hold what is pushed from now on',
    body: rollbackBody,
    example: { why: 'errors since 12:00' },
    answers: { 202: 'CallAsked' },
    problems: ['application-disabled', 'git-source', 'rejected', 'nothing-before', 'not-deployed'],
  },
  redeploy: {
    ...WISH,
    path: '/v1/applications/:name/redeploy',
    summary: 'Restart what runs, with the newest version of the template',
    body: whyBody,
    answers: { 202: 'CallAsked' },
    problems: ['application-disabled'],
  },
  hold: {
    ...WISH,
    path: '/v1/applications/:name/hold',
    summary: 'Let pushes wait',
    body: whyBody,
    answers: { 200: 'ApplicationSeen' },
    problems: [],
  },
  release: {
    ...WISH,
    path: '/v1/applications/:name/release',
    summary: 'End the hold',
    answers: { 200: 'ApplicationSeen' },
    problems: [],
  },
  reject: {
    ...WISH,
    path: '/v1/applications/:name/reject',
    summary: 'Never deploy this digest',
    body: rejectBody,
    example: { digest: `sha256:${'0'.repeat(64)}`, why: 'it loses orders' },
    answers: { 200: 'ApplicationSeen' },
    problems: ['too-many-rejects'],
  },
  unreject: {
    ...WISH,
    method: 'DELETE',
    path: '/v1/applications/:name/reject/:digest',
    summary: 'Take a rejection back',
    query: noQuery,
    answers: { 200: 'Unrejected' },
    problems: [],
  },
  refresh: {
    ...WISH,
    path: '/v1/applications/:name/refresh',
    summary: 'Ask the target what it runs; the answer shows what is known now',
    answers: { 202: 'ApplicationSeen' },
    problems: [],
  },
} as const satisfies Record<string, Operation>;
