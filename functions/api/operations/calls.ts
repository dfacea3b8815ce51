/** The access record. */
import { callsQuery, emptyBody, langQuery } from '../../schema/request.ts';
import type { Operation } from '../operation.ts';

export const CALL_OPERATIONS = {
  listCalls: {
    method: 'GET',
    path: '/v1/calls',
    summary: 'List calls, the newest first',
    query: callsQuery,
    body: emptyBody,
    answers: { 200: 'CallList' },
    problems: [],
  },
  getCall: {
    method: 'GET',
    path: '/v1/calls/:id',
    summary: 'Show a call with its attempts',
    query: langQuery,
    body: emptyBody,
    answers: { 200: 'CallSeen' },
    problems: ['unknown-name'],
  },
  redeliver: {
    method: 'POST',
    path: '/v1/calls/:id/redeliver',
    summary: 'Deliver a call again, at its place in the order',
    query: langQuery,
    body: emptyBody,
    answers: { 202: 'CallAsked' },
    problems: ['unknown-name', 'not-fired', 'not-repeatable', 'application-deleted'],
  },
} as const satisfies Record<string, Operation>;
