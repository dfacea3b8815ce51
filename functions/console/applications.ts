/** Applications: the list, and one with what it runs, wants and waits for, and what can be asked of it. */
import { html } from 'hono/html';
import { type Fields, fields, isFields, list, textOf } from '../core/fields.ts';
import { callsTable } from './calls.ts';
import { badge, callLink, facts, type Html, link, page, pages, table, time, type View } from './layout.ts';
import type { Word } from './words.ts';

/** `items`: each with its `status`, as far as it could be read. */
export const applicationsPage = (view: View, items: readonly Fields[], cursors: { readonly here: string | undefined; readonly next: string }): Html => {
  const { say } = view;
  const main = html`${table(
    view,
    [
      { head: say('name'), cell: ({ name }) => link('applications', name) },
      { head: say('state'), cell: ({ status, enabled }) => stateOf(view, told(fields(status)), enabled === true) },
      { head: say('runs'), cell: ({ status }) => list(fields(status).running).map((one) => html`<div>${which(one)}</div>`) },
      { head: say('since'), cell: ({ status }) => list(fields(status).running).map((one) => html`<div>${time(one.since)}</div>`) },
      { head: say('target'), cell: ({ target }) => textOf(fields(target).kind) },
    ],
    items,
  )}
${pages(view, 'applications', {}, { ...cursors, more: 'more' })}`;
  return page(view, { title: say('applications'), section: 'applications', main });
};

/** What a person may ask of an application here, each with its hint; the rest is asked by the command line. */
export const WISHES = ['release', 'hold', 'redeploy', 'rollback', 'refresh'] as const;
export type PageWish = (typeof WISHES)[number];
const HINTS = {
  release: 'releaseHint',
  hold: 'holdHint',
  redeploy: 'redeployHint',
  rollback: 'rollbackHint',
  refresh: 'refreshHint',
} as const satisfies Record<PageWish, Word>;

const UNDER_WAY: readonly unknown[] = ['queued', 'running', 'held'];

export const applicationPage = (view: View, item: Fields, calls: readonly Fields[]): Html => {
  const { say } = view;
  const status = fields(item.status);
  const hold = isFields(status.hold) ? status.hold : undefined;
  const wanted = list(status.wanted).filter((one) => UNDER_WAY.includes(one.status) || one.status === 'failed');
  const waiting = list(status.waiting);
  const name = textOf(item.name);
  const main = html`${facts([
    [say('state'), stateOf(view, status, item.enabled === true)],
    [say('cure'), textOf(fields(status.seen).cure) || undefined],
    [say('onHold'), hold === undefined ? undefined : html`${time(hold.since)} ${textOf(hold.by)} ${textOf(hold.why)}`],
    [say('runs'), list(status.running).map((one) => runs(view, one))],
    [say('wanted'), wanted.map((one) => html`<div>${which(one)} ${badge(view, one.status)} ${callLink(one.call)}</div>`)],
    [say('waits'), waiting.map((one) => waits(view, one))],
    [say('rejected'), list(status.rejected).map(({ digest, why }) => html`<div><code>${textOf(digest)}</code> ${textOf(why)}</div>`)],
    [say('template'), textOf(fields(status.template).newest)],
    [say('target'), Object.entries(fields(item.target)).map(([name, value]) => html`<div>${name} <code>${textOf(value)}</code></div>`)],
  ])}
<h2>${say('actions')}</h2><div class="actions">${WISHES.filter((wish) => (wish === 'release' ? hold !== undefined : wish !== 'hold' || hold === undefined)).map((wish) => wishForm(view, name, wish))}</div>
<h2>${say('calls')}</h2>${callsTable(view, calls, 'application')}`;
  return page(view, { title: name, section: 'applications', main, ...(wanted.some((one) => UNDER_WAY.includes(one.status)) ? { again: 3 } : {}) });
};

const stateOf = (view: View, { sync, health, hold }: Fields, enabled: boolean): Html =>
  html`${sync === undefined ? '' : badge(view, sync, true)} ${health === sync || health === undefined ? '' : badge(view, health, true)}${
    isFields(hold) ? html` <span class="badge wait">${view.say('onHold')}</span>` : ''
  }${enabled ? '' : html` <span class="badge bad">${view.say('disabled')}</span>`}`;

/** What cannot be known, as of most HTTP targets, is nothing to look at in a list. */
const told = ({ sync, health, ...status }: Fields): Fields => ({
  ...status,
  sync: sync === 'unknown' ? undefined : sync,
  health: health === 'unknown' ? undefined : health,
});

const which = ({ image, version, restart }: Fields): Html =>
  html`<code>${restart === true ? 'restart' : textOf(image)}</code>${version === undefined ? '' : ` v${textOf(version)}`}`;

const runs = ({ say }: View, one: Fields): Html => {
  const { revision, source } = fields(one.commit);
  return html`<div>${which(one)} · ${say('since')} ${time(one.since)} · ${callLink(one.call)}${
    revision === undefined ? '' : html` · ${say('commit')} <code>${textOf(revision)}</code> ${textOf(source)}`
  }</div>`;
};

const waits = ({ say }: View, one: Fields): Html =>
  html`<div><code>${textOf(one.image)}</code> · ${textOf(one.sentence)} ${one.until === undefined ? '' : html`${say('until')} ${time(one.until)}`} ${callLink(one.call)}</div>`;

const wishForm = ({ say }: View, name: string, wish: PageWish): Html =>
  html`<details><summary>${say(wish)}</summary><form method="post" action="/console/applications/${encodeURIComponent(name)}/${wish}">
<p>${say(HINTS[wish])}</p><button>${say('sure')}</button></form></details>`;
