/** Hooks, what came of their deliveries, and the test of one. */
import { credentialRotation, hookBody, hookPatch } from '../../schema/hook.ts';
import { hookTestBody } from '../../schema/hook-test.ts';
import { emptyBody, hooksQuery, langQuery, noQuery, rotateQuery } from '../../schema/request.ts';
import type { Operation } from '../operation.ts';

const HOOK = { path: '/v1/hooks/:name', names: 'hook', query: noQuery, body: emptyBody } as const;

export const HOOK_OPERATIONS = {
  createHook: {
    method: 'POST',
    path: '/v1/hooks',
    summary: 'Make a hook; its URL is in this answer and in no other',
    query: noQuery,
    body: hookBody,
    example: {
      name: 'shop',
      registry: 'harbor',
      registryHost: 'registry.example.com',
      repositories: ['shop/*'],
      credential: { by: 'header', value: 'a-long-random-text' },
    },
    answers: { 201: 'HookMade' },
    problems: ['name-taken', 'secret-unavailable'],
  },
  listHooks: {
    method: 'GET',
    path: '/v1/hooks',
    summary: 'List hooks by name',
    query: hooksQuery,
    body: emptyBody,
    answers: { 200: 'HookList' },
    problems: [],
  },
  getHook: { ...HOOK, method: 'GET', summary: 'Show a hook, and what came of the looks at its registry', answers: { 200: 'HookSeen' }, problems: [] },
  changeHook: {
    ...HOOK,
    method: 'PATCH',
    summary: 'Change a hook; null takes a field away',
    body: hookPatch,
    answers: { 200: 'Hook' },
    problems: ['built-in-hook', 'hook-in-use', 'changed-meanwhile', 'secret-unavailable'],
  },
  deleteHook: {
    ...HOOK,
    method: 'DELETE',
    summary: 'Delete a hook that no trigger hears',
    answers: { 200: 'Deleted' },
    problems: ['built-in-hook', 'hook-in-use'],
  },
  guideHook: {
    ...HOOK,
    method: 'GET',
    path: '/v1/hooks/:name/guide',
    summary: 'Say where the URL of a hook is pasted, without the URL',
    answers: { 200: 'Guide' },
    problems: [],
  },
  enableHook: {
    ...HOOK,
    method: 'POST',
    path: '/v1/hooks/:name/enable',
    summary: 'Take deliveries again',
    answers: { 200: 'Hook' },
    problems: ['built-in-hook', 'changed-meanwhile'],
  },
  disableHook: {
    ...HOOK,
    method: 'POST',
    path: '/v1/hooks/:name/disable',
    summary: 'Take no more deliveries',
    answers: { 200: 'Hook' },
    problems: ['built-in-hook', 'changed-meanwhile'],
  },
  rotateHook: {
    ...HOOK,
    method: 'POST',
    path: '/v1/hooks/:name/rotate',
    summary: 'Make a second URL, beside which the one in use stays valid for seven days; with keep=newest, end the former one now',
    query: rotateQuery,
    answers: { 200: 'HookRotated' },
    problems: ['built-in-hook', 'rotation-under-way', 'changed-meanwhile'],
  },
  rotateHookCredential: {
    ...HOOK,
    method: 'POST',
    path: '/v1/hooks/:name/rotate-credential',
    summary: 'Take a second secret, beside which the one in use stays valid for seven days; with keep=newest, end the former one now',
    query: rotateQuery,
    body: credentialRotation,
    answers: { 200: 'Hook' },
    problems: ['built-in-hook', 'rotation-under-way', 'changed-meanwhile', 'secret-unavailable'],
  },
  listDeliveries: {
    ...HOOK,
    method: 'GET',
    path: '/v1/hooks/:name/deliveries',
    summary: 'Show what came of the newest deliveries, and which trigger is near where none heard one',
    answers: { 200: 'DeliveryList' },
    problems: [],
  },
  testHook: {
    ...HOOK,
    method: 'POST',
    path: '/v1/hooks/:name/test',
    summary: 'Try a hook by a push as its sender would tell of it; with dry, only say what would happen',
    query: langQuery,
    body: hookTestBody,
    example: { repository: 'shop/web', tag: 'v1.4.2', dry: true },
    answers: { 200: 'HookTried', 202: 'HookTested' },
    problems: ['hook-disabled'],
  },
} as const satisfies Record<string, Operation>;
