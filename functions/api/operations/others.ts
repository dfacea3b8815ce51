/** Sessions of the page, and what describes the API itself. */
import { emptyBody, noQuery } from '../../schema/request.ts';
import type { Operation } from '../operation.ts';

const NOTHING = { query: noQuery, body: emptyBody } as const;

export const OTHER_OPERATIONS = {
  createConsoleCode: {
    ...NOTHING,
    method: 'POST',
    path: '/v1/console/codes',
    summary: 'Make an address that opens the page once, within a minute',
    answers: { 201: 'ConsoleCode' },
    problems: [],
  },
  listConsoleSessions: {
    ...NOTHING,
    method: 'GET',
    path: '/v1/console/sessions',
    summary: 'List the sessions of the page, the newest first',
    answers: { 200: 'ConsoleSessionList' },
    problems: [],
  },
  endConsoleSession: {
    ...NOTHING,
    method: 'DELETE',
    path: '/v1/console/sessions/:id',
    summary: 'End a session of the page',
    answers: { 200: 'SessionEnded' },
    problems: ['unknown-name'],
  },
  getFileSchema: {
    ...NOTHING,
    method: 'GET',
    path: '/v1/schema.json',
    summary: 'The JSON Schema of declarative files',
    answers: { 200: 'JsonSchema' },
    problems: [],
    alone: true,
  },
  describeApi: {
    ...NOTHING,
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'This description, as OpenAPI 3.1',
    answers: { 200: 'OpenApi' },
    problems: [],
    alone: true,
  },
} as const satisfies Record<string, Operation>;
