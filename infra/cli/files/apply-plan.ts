/**
 * A plan made true, one request after the other: what triggers name comes before them, and goes after them. What fails ends
 * it; what was done until then stays, and applying the same files again does the rest.
 */

import { type Fields, fields, textOf } from '../../../functions/core/fields.ts';
import type { Request } from '../connect.ts';
import { CliError } from '../io.ts';
import { setSecret } from '../set-secret.ts';
import { type Asking, idOf, pathOf } from './held.ts';
import { placeText } from './place.ts';
import { type Change, movingHooks } from './plan.ts';
import { urlsPath } from './trigger-urls.ts';

export interface Done {
  readonly id: string;
  readonly did: 'created' | 'changed' | 'replaced' | 'deleted';
  /** Of a new hook or trigger URL, this once. */
  readonly url?: string;
  /** Of a trigger URL: who is given it. */
  readonly label?: string;
  /** What is left to do, as a command. */
  readonly next?: string;
}

interface Ports extends Pick<Asking, 'ask' | 'see'> {
  /** As soon as it is done. */
  done(done: Done): void;
}

interface Step {
  readonly change: Change;
  readonly requests: readonly Request[];
  readonly did?: Done['did'];
  /** Of what is no definition itself, by what the API answered. */
  idIn?(answer: Fields): string;
}

export const applyPlan = async (changes: readonly Change[], ports: Ports): Promise<void> => {
  for (const { change, requests, did, idIn } of stepsOf(changes)) {
    const answers: Fields[] = [];
    for (const request of requests) answers.push(await askFor(change, request, ports));
    const [first = {}] = answers;
    if (did !== undefined) ports.done({ id: idIn?.(first) ?? idOf(change), did, ...followUp(change, first) });
  }
};

/** What goes, goes last, so that no push finds nothing; but first where its hook is about to leave the host by which it is heard, which is refused before. */
const stepsOf = (changes: readonly Change[]): readonly Step[] => {
  const moving = movingHooks(changes);
  const first = changes.filter(
    (change) => (change.action === 'replace' || change.action === 'delete') && change.hears !== undefined && moving.includes(change.hears),
  );
  return [
    ...first.map((change): Step => ({ change, requests: [deletion(change)], ...(change.action === 'delete' ? { did: 'deleted' } : {}) })),
    ...changes.flatMap((change): readonly Step[] => {
      if (!first.includes(change)) return [{ change, ...requestsOf(change) }, ...urlSteps(change)];
      return change.action === 'replace' ? [{ change, requests: [creation(change)], did: 'replaced' }] : [];
    }),
  ];
};

const requestsOf = (change: Change): Pick<Step, 'requests' | 'did'> => {
  switch (change.action) {
    case 'create':
      return { requests: [creation(change), ...putting(change)], did: 'created' };
    case 'replace':
      return { requests: [deletion(change), creation(change)], did: 'replaced' };
    case 'update': {
      const { patch } = change;
      const patched = patch === undefined ? [] : [{ method: 'PATCH', path: pathOf(change.kind, change.name), body: withoutSecret(patch) }];
      const requests = [...patched, ...putting(change)];
      return requests.length === 0 ? { requests } : { requests, did: 'changed' };
    }
    case 'delete':
      return { requests: [deletion(change)], did: 'deleted' };
  }
};

const deletion = ({ kind, name }: Change): Request => ({ method: 'DELETE', path: pathOf(kind, name) });

const creation = ({ kind, name, definition }: Change & { readonly action: 'create' | 'replace' }): Request => {
  const { template, triggerUrls, ...body } = definition.fields;
  return { method: 'POST', path: pathOf(kind), body: { name, ...withoutSecret(body) } };
};

/** A step each, so that a URL is shown whatever comes after it. The former end first: an application may have only so many. */
const urlSteps = (change: Change): readonly Step[] => {
  const { made, revoked } = 'urls' in change && change.urls !== undefined ? change.urls : { made: [], revoked: [] };
  const idIn = ({ id }: Fields): string => `trigger-url/${change.name}/${textOf(id)}`;
  return [
    ...revoked.map(({ id }): Step => ({ change, requests: [{ method: 'DELETE', path: urlsPath(change.name, textOf(id)) }], did: 'deleted', idIn })),
    ...made.map((body): Step => ({ change, requests: [{ method: 'POST', path: urlsPath(change.name), body }], did: 'created', idIn })),
  ];
};

/** Refused where a push has made another version meanwhile: its image is not in this text. */
const putting = ({ kind, name, template }: Change & { readonly action: 'create' | 'update' }): readonly Request[] =>
  template === undefined ? [] : [{ method: 'PUT', path: pathOf(kind, name, '/template'), body: { text: template.text, from: template.version } }];

/** No file holds a secret: the hook refuses its deliveries until it is set, instead of taking any without. */
const withoutSecret = (body: Fields): Fields => {
  const { by, name } = fields(body.credential);
  if (by === 'header') return { ...body, credential: { by, name, value: null } };
  if (by === 'basic') return { ...body, credential: { by, user: null, password: null } };
  return by === 'hmac' ? { ...body, credential: { by, secret: null } } : body;
};

const followUp = (change: Change, first: Fields): Pick<Done, 'url' | 'label' | 'next'> => {
  const url = typeof first.url === 'string' ? { url: first.url, ...(typeof first.label === 'string' ? { label: first.label } : {}) } : {};
  if (change.action === 'delete' || change.kind !== 'Hook') return url;
  const credential = fields(change.action === 'update' ? change.patch?.credential : change.definition.fields.credential);
  return {
    ...url,
    ...(credential.by === undefined || credential.by === 'oidc' ? {} : { next: setSecret(change.name, credential) }),
  };
};

const askFor = async (change: Change, request: Request, ports: Ports): Promise<Fields> => {
  try {
    return await ports.ask(await asPlanned(change, request, ports));
  } catch (error) {
    const place = 'definition' in change ? `${placeText(change.definition.place)}: ` : '';
    const exitCode = error instanceof CliError ? error.exitCode : 1;
    throw new CliError(`${place}${idOf(change)}: ${error instanceof Error ? error.message : String(error)}`, exitCode);
  }
};

/** What somebody else has changed since the plan was made, or changes at this moment, is left to a new plan. */
const asPlanned = async ({ kind, name, seen }: Change, request: Request, { see }: Ports): Promise<Request> => {
  if (seen === undefined || request.path !== pathOf(kind, name) || (request.method !== 'PATCH' && request.method !== 'DELETE')) return request;
  const { item, etag } = await see(pathOf(kind, name));
  if (item.updatedAt !== seen) throw new CliError('it was changed since this was planned: do it again, and look at what is different now');
  return etag === undefined ? request : { ...request, ifMatch: etag };
};
